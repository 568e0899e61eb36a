// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// version finds what follows a module's path, as in `go get github.com/gomlx/gomlx@v0.28.8` or a go.mod, and the headings of
// docs/upstream.md, such as "## GoMLX v0.28.8".
var version = regexp.MustCompile(`(?m)(?:[\w-]+\.\w+(?:/[\w.-]+)*/|^## )([\w.-]+)[@ ](v\d[\w.-]*)`)

// Pages, and the outputs of notebook 10, name the versions that go.mod requires.
func TestVersions(t *testing.T) {
	pins := map[string]string{} // by the last part of the module's path
	file, err := modfile.ParseLax("go.mod", []byte(read(t, "../go.mod")), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, require := range file.Require {
		pins[path.Base(require.Mod.Path)] = require.Mod.Version
	}
	for page, atLeast := range map[string]int{"../README.md": 0, "copying.md": 1, "upstream.md": 4, "troubleshooting.md": 0, "../notebooks/10_your_turn.ipynb": 10} {
		found := 0
		for _, match := range version.FindAllStringSubmatch(read(t, page), -1) {
			pin, ok := pins[strings.ToLower(match[1])]
			if !ok {
				continue // no module of ours
			}
			found++
			if pin != match[2] {
				t.Errorf("%s says %q, and go.mod requires %s", page, match[0], pin)
			}
		}
		if found < atLeast {
			t.Errorf("%s names %d of our modules, want at least %d", page, found, atLeast)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
