// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOpening(t *testing.T) {
	for name, test := range map[string]struct{ cell, title, promise string }{
		"a lesson":         {`["# 1 · Plain\n", "\n", "*What you will\n", "understand.*\n", "\n", "Text."]`, "1 · Plain", "What you will understand."},
		"one string":       {`"# Title\n\nText, *and* more."`, "Title", ""},
		"code comes first": {`"import \"fmt\""`, "small.ipynb", ""},
	} {
		file := filepath.Join(t.TempDir(), "small.ipynb")
		if err := os.WriteFile(file, []byte(`{"nbformat":4,"cells":[{"source":`+test.cell+`}]}`), 0o644); err != nil {
			t.Fatal(err)
		}
		title, promise, err := Opening(file)
		if err != nil || title != test.title || promise != test.promise {
			t.Errorf("%s: %q, %q, %v, want %q, %q", name, title, promise, err, test.title, test.promise)
		}
	}
}
