// SPDX-License-Identifier: Apache-2.0

package filekind_test

import (
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/filekind"
)

func TestOf(t *testing.T) {
	for head, want := range map[string]string{
		"":                                "empty",
		"\x89PNG\r\n\x1a\n....":           "PNG",
		"\xff\xd8\xff\xe0":                "JPEG",
		"RIFF\x10\x00\x00\x00WEBPVP8 ":    "WebP",
		"RIFF\x10\x00\x00\x00WAVEfmt ":    "sound",
		"\x08\x08\x12\x08skipnets\x22":    "ONNX",
		"GIF89a":                          "GIF",
		"\x00\x00\x00\x18ftypheic":        "HEIC",
		"\x00\x00\x00\x18ftypavif":        "AVIF",
		"\x00\x00\x00\x18ftypisom":        "film",
		"<?xml version='1.0'?><svg>":      "SVG",
		"\n<!DOCTYPE html><html>":         "HTML",
		"%PDF-1.7":                        "PDF",
		"PK\x03\x04....archive/data.pkl":  "PyTorch",
		"PK\x03\x04....arr_0.npy":         "NumPy",
		"PK\x03\x04....letter.txt":        "zip",
		"\x80\x02}q":                      "pickle",
		"version https://git-lfs.github.": "Git LFS",
		`{"network": "residual-20"}`:      "JSON",
		"a letter, grüß Gott":             "text",
		"cut within a letter: \xc3":       "text",
		"   ":                             "text",
		"\x00\x00\x00\x00\x00\x00":        "does not know",
		"\xfe\xff\x00\x01\x80\x90":        "does not know",
		"\x10\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\":": "safetensors",
		strings.Repeat("x", 257) + "ustar\x00":               "tar",
	} {
		if got := filekind.Of([]byte(head)); !strings.Contains(got, want) {
			t.Errorf("%.40q is %q, want %q in it", head, got, want)
		}
	}
}
