// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFree(t *testing.T) {
	dir := t.TempDir()
	put := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check := func(dir, want string) {
		t.Helper()
		err := Free(dir, "mark", "a site")
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
	check(filepath.Join(dir, "new"), "")
	check(dir, "")
	put("thesis.tex")
	check(dir, "holds other files than a site")
	check(filepath.Join(dir, "thesis.tex"), "a folder for a site")
	put("mark")
	check(dir, "")
}
