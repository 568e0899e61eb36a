// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// forBrowsers is the go command in a checkout, set to compile for browsers.
func forBrowsers(ctx context.Context, source string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", arguments...)
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	return cmd
}

// compiled writes the licences of all that is compiled into the playground, and of the course itself, and lists them.
func (b *builder) compiled(ctx context.Context) ([]Package, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's own folder: %w", err)
	}
	out, err := forBrowsers(ctx, b.source, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "./cmd/playground").Output()
	if err != nil {
		return nil, fmt.Errorf("list the playground's modules: %w", err)
	}
	known, err := b.licences()
	if err != nil {
		return nil, err
	}
	folder, version, _ := strings.Cut(strings.TrimSpace(string(root)), "\n")
	all := []Package{{Name: "Go", Version: version, License: "BSD-3-Clause", Does: "the language, its library and wasm_exec.js"}}
	texts := map[string]string{"skipnets": b.source, "Go": folder}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		var p Package
		p.Name, line, _ = strings.Cut(line, " ")
		p.Version, texts[p.Name], _ = strings.Cut(line, " ")
		p.License, p.Does = known[p.Name], "compiled into the playground"
		if p.License == "" {
			return nil, fmt.Errorf("docs/sbom/sbom.cdx.json does not know the licence of %s: type go run ./docs/sbom", p.Name)
		}
		all = append(all, p)
	}
	for name, dir := range texts {
		if err := b.licenceText(name, dir); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// licences are those of Go modules by path, as the list of all that the course installs has them.
func (b *builder) licences() (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(b.source, "docs", "sbom", "sbom.cdx.json"))
	if err != nil {
		return nil, err
	}
	var list struct {
		Components []struct {
			Name     string
			Licenses []struct{ License struct{ ID string } }
		}
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("docs/sbom/sbom.cdx.json: %w", err)
	}
	known := map[string]string{}
	for _, c := range list.Components {
		var ids []string
		for _, l := range c.Licenses {
			ids = append(ids, l.License.ID)
		}
		known[c.Name] = strings.Join(ids, " and ")
	}
	return known, nil
}

// licenceText copies the licence that lies in a folder, and the notice, if there is one, which Apache's licence wants to be passed on.
func (b *builder) licenceText(name, dir string) error {
	var text []byte
	for _, file := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING", "NOTICE", "NOTICE.txt"} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil {
			text = append(append(text, data...), '\n')
		}
	}
	if text == nil {
		return fmt.Errorf("%s: no licence in %s", name, dir)
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "licences"), 0o755); err != nil {
		return err
	}
	return b.write(Package{Name: name}.Text(), text)
}
