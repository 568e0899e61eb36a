// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What would not end in a site is refused before anything is made ready.
func TestSiteRefuses(t *testing.T) {
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "thesis.tex"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "give one folder"},
		{[]string{"a", "b"}, "give one folder"},
		{[]string{""}, "give one folder"},
		{[]string{"-serve", "-port", "65536", "a"}, "from 0 to 65535"},
		{[]string{taken}, "holds other files than a site"},
		{[]string{filepath.Join(taken, "thesis.tex")}, "a folder for a site"},
	} {
		if err := command(t, append([]string{"site"}, test.args...)...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("site %q: %v, want an error that says %q", test.args, err, test.want)
		}
	}
}
