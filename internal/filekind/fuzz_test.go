// SPDX-License-Identifier: Apache-2.0

package filekind

import (
	"bytes"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// Every file is of some kind, and its first bytes alone decide of which.
func FuzzOf(f *testing.F) {
	for _, s := range signatures {
		f.Add([]byte(s.begins + " and more"))
	}
	for _, seed := range []string{"", "PK\x03\x04....data.pkl", "RIFF....WEBPVP8 ", "....ftypheic", "\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":1}", "<html>", "[1]", "plain words", "caf\xc3", "\xff\xff\xff\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		head := content[:min(len(content), HeadSize)]
		var kind string
		before := bytes.Clone(head)
		fuzztest.Read(t, func() { kind = Of(head) })
		if kind == "" || Of(head) != kind || !bytes.Equal(head, before) {
			t.Errorf("it is %q, then %q", kind, Of(head))
		}
		if kind == Safetensors && (len(head) < 10 || head[8] != '{') {
			t.Errorf("%q is taken for safetensors", head)
		}
	})
}
