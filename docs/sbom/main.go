// SPDX-License-Identifier: Apache-2.0

// Command sbom lists what the course installs: each Go module in its programs, each Python package in its environment and the
// XLA plugin, with version and licence. It writes docs/sbom/sbom.cdx.json, in the CycloneDX format, from the root of a checkout in
// which `go run ./cmd/skipnets doctor` finds all ready:
//
//	go run ./docs/sbom
//
// CycloneDX's own tools look at the programs and the environment; this command joins what they say, and leaves out the rest.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/internal/setup"
)

const (
	goTool     = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"
	pythonTool = "cyclonedx-bom==7.5.0"
	file       = "docs/sbom/sbom.cdx.json"
)

func main() {
	log.SetFlags(0)
	if err := write(file); err != nil {
		log.Fatal("sbom: ", err)
	}
}

// A component is a part of a CycloneDX list.
type component struct {
	Type     string    `json:"type"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Licenses []license `json:"licenses,omitempty"`
	PURL     string    `json:"purl"`

	Evidence *struct {
		Licenses []license `json:"licenses"`
	} `json:"evidence,omitempty"` // where the Go tool says what it has found
}

// A license is one of SPDX's by its ID, an expression of such, or another one by its name.
type license struct {
	Expression string `json:"expression,omitempty"`
	License    *struct {
		ID   string `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
	} `json:"license,omitempty"`
}

func write(file string) error {
	work, err := os.MkdirTemp("", "sbom-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	s, err := setup.New(setup.Options{})
	if err != nil {
		return err
	}
	home, program := s.Home, filepath.Join(work, "skipnets")
	if _, err := output("go", "build", "-o", program, "./cmd/skipnets"); err != nil {
		return err
	}
	all := plugin()
	if err := add(all, "go", "run", goTool, "bin", "-json", "-licenses", "-version", "v0.0.0", program); err != nil {
		return err
	}
	for _, program := range []string{"gonb", "goimports", "gopls"} {
		if err := add(all, "go", "run", goTool, "bin", "-json", "-licenses", filepath.Join(home, "bin", program)); err != nil {
			return err
		}
	}
	tools := filepath.Join(work, "tools")
	if _, err := output("python3", "-m", "venv", tools); err != nil {
		return err
	}
	if _, err := output(filepath.Join(tools, "bin", "pip"), "install", "--quiet", pythonTool); err != nil {
		return err
	}
	if err := add(all, filepath.Join(tools, "bin", "cyclonedx-py"), "environment", filepath.Join(home, "venv", "bin", "python")); err != nil {
		return err
	}
	return os.WriteFile(file, list(all), 0o644)
}

// plugin is what neither tool sees.
func plugin() map[string]component {
	xla := component{Type: "library", Name: "lammps-jax-pjrt-cpu", Version: "0.11.2", PURL: "pkg:pypi/lammps-jax-pjrt-cpu@0.11.2",
		Licenses: []license{{Expression: "Apache-2.0"}}}
	return map[string]component{xla.PURL: xla}
}

// add runs a tool and adds the components that it lists.
func add(all map[string]component, name string, args ...string) error {
	text, err := output(name, args...)
	if err != nil {
		return err
	}
	var found struct {
		Metadata   struct{ Component component } // the program itself
		Components []component
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if self := found.Metadata.Component; strings.HasPrefix(self.PURL, "pkg:golang/") && !strings.Contains(self.PURL, "skipnets") {
		found.Components = append(found.Components, self)
	}
	for _, c := range found.Components {
		c.PURL, _, _ = strings.Cut(c.PURL, "?")
		if c.Evidence != nil {
			c.Licenses, c.Evidence = append(c.Licenses, c.Evidence.Licenses...), nil
		}
		all[c.PURL] = c
	}
	return nil
}

func output(name string, args ...string) ([]byte, error) {
	text, err := exec.Command(name, args...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, failed.Stderr)
	}
	return text, err
}

// list is the file: one component a line, so that a change shows as such.
func list(all map[string]component) []byte {
	text := []byte("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": 1, \"components\": [\n")
	for i, purl := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			text = append(text, ",\n"...)
		}
		line, err := json.Marshal(all[purl])
		if err != nil {
			panic(err) // strings can be encoded
		}
		text = append(text, line...)
	}
	return append(text, "\n]}\n"...)
}
