// SPDX-License-Identifier: Apache-2.0

// Package filekind names what a file is by its first bytes, for errors about a file that is not what it was taken for.
package filekind

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

// HeadSize is how many of a file's first bytes Of looks at.
const HeadSize = 512

// What Of says of the files that others ask about, and of those that it does not know.
const (
	Safetensors = "a safetensors file"
	Unknown     = "of a kind that skipnets does not know"
)

// signatures are what files begin with.
var signatures = []struct{ begins, kind string }{
	{"\x89PNG\r\n\x1a\n", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"II*\x00", "a TIFF image"}, {"MM\x00*", "a TIFF image"}, {"II+\x00", "a TIFF image"},
	{"BM", "a BMP image"},
	{"\x00\x00\x01\x00", "an icon"},
	{"\xff\x0a", "a JPEG XL image"}, {"\x00\x00\x00\x0cJXL ", "a JPEG XL image"},
	{"8BPS", "a Photoshop document"},
	{"%PDF-", "a PDF document"},
	{"%!PS", "a PostScript document"},
	{"version https://git-lfs", "a Git LFS pointer, which stands for a file that was not downloaded"},
	{"\x93NUMPY", "a NumPy array (.npy)"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes it"},
	{"GGUF", "a GGUF file, as llama.cpp reads it"},
	{"\x80\x02", "a Python pickle, as older PyTorch versions write it"}, {"\x80\x04", "a Python pickle"}, {"\x80\x05", "a Python pickle"},
	{"\x1f\x8b", "a gzip archive"}, {"BZh", "a bzip2 archive"}, {"\xfd7zXZ", "an xz archive"}, {"\x28\xb5\x2f\xfd", "a zstd archive"},
	{"7z\xbc\xaf", "a 7z archive"}, {"Rar!", "a RAR archive"},
	{"\x7fELF", "a program"}, {"MZ", "a program"}, {"\xcf\xfa\xed\xfe", "a program"},
	{"SQLite format 3", "an SQLite database"},
}

// Of names the kind of a file with these first bytes: "a GIF image". For bytes that it does not know it says "text", or
// [Unknown].
func Of(head []byte) string {
	if len(head) == 0 {
		return "an empty file"
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begins)) {
			return s.kind
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipKind(head)
	case len(head) >= 12 && string(head[:4]) == "RIFF":
		if string(head[8:12]) == "WEBP" {
			return "a WebP image"
		}
		return "a sound or a film (RIFF)"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return mediaKind(string(head[8:12]))
	case len(head) > 9 && head[8] == '{' && binary.LittleEndian.Uint64(head) < 1<<32:
		return Safetensors
	case len(head) > 2 && head[0] == 8 && head[1] < 32 && (head[2] == 0x12 || head[2] == 0x3a): // protobuf: version, then producer or graph
		return "an ONNX model"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "a tar archive"
	}
	return textKind(head)
}

// zipKind tells archives by the name of their first entry.
func zipKind(head []byte) string {
	switch {
	case bytes.Contains(head, []byte("data.pkl")):
		return "a PyTorch checkpoint (.pt or .pth)"
	case bytes.Contains(head, []byte(".npy")):
		return "a NumPy archive (.npz)"
	case bytes.Contains(head, []byte("config.json")), bytes.Contains(head, []byte("metadata.json")):
		return "a zip archive, perhaps a Keras model"
	}
	return "a zip archive"
}

func mediaKind(brand string) string {
	switch brand {
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
		return "a HEIC image, as iPhones take them"
	case "avif", "avis":
		return "an AVIF image"
	case "crx ":
		return "a raw photograph"
	}
	return "a film"
}

func textKind(head []byte) string {
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	for _, s := range []struct{ holds, kind string }{{"<!doctype html", "a web page (HTML)"}, {"<html", "a web page (HTML)"}, {"<svg", "an SVG drawing"}} {
		if bytes.HasPrefix(text, []byte("<")) && bytes.Contains(text, []byte(s.holds)) {
			return s.kind
		}
	}
	whole := head
	for i := 0; i < utf8.UTFMax && !utf8.Valid(whole); i++ { // a letter may be cut at the end
		whole = whole[:len(whole)-1]
	}
	isBinary := func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) }
	switch {
	case len(whole) == 0 || !utf8.Valid(whole) || bytes.ContainsFunc(whole, isBinary):
		return Unknown
	case bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")):
		return "text (JSON)"
	}
	return "text"
}
