// SPDX-License-Identifier: Apache-2.0

package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// All that is compiled into the playground is listed with its licence, whose text is on the site.
func TestCompiled(t *testing.T) {
	b := &builder{source: filepath.Join("..", ".."), dir: t.TempDir()}
	all, err := b.compiled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Go", "github.com/gomlx/gomlx", "golang.org/x/image", "gonum.org/v1/gonum"} {
		if !slices.ContainsFunc(all, func(p Package) bool { return p.Name == name }) {
			t.Errorf("%s is missing in %v", name, all)
		}
	}
	for _, p := range append(all, Package{Name: "skipnets", Version: "1", License: "Apache-2.0"}) {
		text, err := os.ReadFile(filepath.Join(b.dir, p.Text()))
		if err != nil || !strings.Contains(string(text), "opyright") || p.Version == "" || p.License == "" {
			t.Errorf("%+v: %v, %.60q", p, err, text)
		}
	}
	if slices.ContainsFunc(all, func(p Package) bool { return p.Name == "github.com/andybalholm/brotli" }) {
		t.Error("what only the program skipnets uses is named as a part of the site")
	}
	b.source = t.TempDir()
	if _, err := b.compiled(t.Context()); err == nil {
		t.Error("no error in a folder without the course")
	}
}

// The text that goes with KaTeX's fonts is their licence, and names their owners.
func TestFontLicence(t *testing.T) {
	for _, want := range []string{"SIL OPEN FONT LICENSE Version 1.1", "Copyright (c) 2009-2010, Design Science", "Khan Academy", "Reserved Font Names KaTeX_AMS"} {
		if !strings.Contains(string(fontLicence), want) {
			t.Errorf("the licence of the fonts does not say %q", want)
		}
	}
}
