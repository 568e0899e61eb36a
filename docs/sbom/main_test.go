// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// committed is the list as it is in the repository, by name.
func committed(t *testing.T) map[string][]component {
	t.Helper()
	content, err := os.ReadFile("sbom.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var bom struct{ Components []component }
	if err := json.Unmarshal(content, &bom); err != nil {
		t.Fatal(err)
	}
	found, again := map[string][]component{}, map[string]component{}
	for _, c := range bom.Components {
		key := normal(c.Name)
		found[key], again[c.PURL] = append(found[key], c), c
	}
	if !bytes.Equal(list(again), content) {
		t.Error("the file is not as `go run ./docs/sbom` writes it")
	}
	return found
}

// normal is a Python package's name in one of its spellings.
func normal(name string) string {
	return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
}

// TestPinned holds the list to the versions that the course pins: it fails when one of them has changed since.
func TestPinned(t *testing.T) {
	have := committed(t)
	check := func(name, version string) {
		t.Helper()
		for _, c := range have[normal(name)] {
			if c.Version == version {
				return
			}
		}
		t.Errorf("%s %s is pinned, and the list has %v: run `go run ./docs/sbom`", name, version, have[normal(name)])
	}
	requirements, err := os.ReadFile(filepath.Join("..", "..", "internal", "setup", "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range regexp.MustCompile(`(?m)^([\w.-]+)==([^\s;\\]+)(.*)`).FindAllSubmatch(requirements, -1) {
		if bytes.Contains(pin[3], []byte(";")) && !bytes.Contains(pin[3], []byte(">= '3.11")) {
			continue // for other systems, or other Pythons, than that of the machine that wrote the list
		}
		check(string(pin[1]), string(pin[2]))
	}
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/janpfeifer/gonb"} {
		pin := regexp.MustCompile(`(?m)^\s*` + module + ` (v\S+)`).FindSubmatch(mod)
		if pin == nil {
			t.Fatalf("%s is not in go.mod", module)
		}
		check(module, string(pin[1]))
	}
}

func TestLicences(t *testing.T) {
	count, without := 0, 0
	for _, components := range committed(t) {
		for _, c := range components {
			count++
			if len(c.Licenses) == 0 {
				without++
				t.Logf("no licence was found for %s %s", c.Name, c.Version)
			}
		}
	}
	if count < 100 || without > count/20 {
		t.Errorf("%d components, %d of them without a licence", count, without)
	}
}
