// SPDX-License-Identifier: Apache-2.0

package site

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// A Package is one of npm's, of which the site holds files.
type Package struct {
	Name, Version, License string
	Does                   string
	Integrity              string // as npm has it: the sha512 of the package, base64
	files                  func(name string) (as string, wanted bool)
}

// Text is where the text of its licence is on the site.
func (p Package) Text() string { return "licences/" + strings.ReplaceAll(p.Name, "/", "-") + ".txt" }

// packages are all of which the site holds something.
var packages = []Package{
	{
		Name: "katex", Version: "0.19.1", License: "MIT", Does: "sets the formulas",
		Integrity: "jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==",
		files: func(name string) (string, bool) {
			switch dir, base := path.Split(name); {
			case name == "package/dist/katex.min.css", name == "package/dist/katex.min.js", name == "package/dist/contrib/auto-render.min.js":
				return base, true
			case dir == "package/dist/fonts/" && path.Ext(base) == ".woff2":
				return "fonts/" + base, true
			case name == "package/LICENSE":
				return "licences/katex.txt", true
			}
			return "", false
		},
	},
	{
		Name: "uplot", Version: "1.6.32", License: "MIT", Does: "draws the figures",
		Integrity: "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==",
		files: func(name string) (string, bool) {
			switch name {
			case "package/dist/uPlot.iife.min.js", "package/dist/uPlot.min.css":
				return path.Base(name), true
			case "package/LICENSE":
				return "licences/uplot.txt", true
			}
			return "", false
		},
	},
}

// fonts are KaTeX's. They have a licence of their own, which their files name and npm's package does not hold.
var fonts = Package{Name: "katex-fonts", Version: packages[0].Version, License: "OFL-1.1", Does: "the letters of the formulas"}

//go:embed OFL.txt
var fontLicence []byte

// reveal shows slides.
var reveal = Package{
	Name: "reveal.js", Version: "6.0.2", License: "MIT", Does: "shows slides",
	Integrity: "JYIg5D9aoxoaLeb84O+OvAwsKWdIavVgEDScxtYEXFCT6t6TQrhNtSgogcjdCpdLsWglhJn3zyE3fUOwiH5KEg==",
	files: func(name string) (string, bool) {
		switch name {
		case "package/dist/reveal.js", "package/dist/reveal.css", "package/dist/plugin/notes.js":
			return path.Base(name), true
		case "package/LICENSE":
			return "licences/reveal.txt", true
		}
		return "", false
	},
}

// SlideFiles puts what slides need, the formulas' program and reveal.js, into dir. Packages are kept in the folder cache.
func SlideFiles(ctx context.Context, cache, dir string) error {
	return (&builder{dir: dir}).vendored(ctx, cache, packages[0], reveal)
}

// vendored puts the packages' files on the site. A package is downloaded once, by npm, and kept in the folder cache.
func (b *builder) vendored(ctx context.Context, cache string, packages ...Package) error {
	for _, p := range packages {
		data, err := p.fetch(ctx, cache)
		if err != nil {
			return fmt.Errorf("npm's package %s: %w", p.Name, err)
		}
		if err := b.unpack(p, data); err != nil {
			return fmt.Errorf("npm's package %s: %w", p.Name, err)
		}
	}
	return b.write(fonts.Text(), fontLicence)
}

func (p Package) check(data []byte) error {
	if digest := sha512.Sum512(data); base64.StdEncoding.EncodeToString(digest[:]) != p.Integrity {
		return errors.New("what arrived is not what was published: its digest differs. Try again")
	}
	return nil
}

// fetch is the package as npm packs it: the copy that is kept, if it is whole, or a new one.
func (p Package) fetch(ctx context.Context, cache string) ([]byte, error) {
	file := filepath.Join(cache, fmt.Sprintf("%s-%s.tgz", p.Name, p.Version))
	if data, err := os.ReadFile(file); err == nil && p.check(data) == nil {
		return data, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("it is not here yet, and neither is npm, which gets it: install npm (Debian: sudo apt-get install npm) and try again")
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, npm, "pack", p.Name+"@"+p.Version, "--fetch-retries=1", "--pack-destination=.", "--dry-run=false", "--ignore-scripts")
	cmd.Dir = cache
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack: %w\n%s\nIs there a network? It is needed once", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return data, p.check(data)
}

func (b *builder) unpack(p Package, data []byte) error {
	packed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for files := tar.NewReader(packed); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		as, wanted := p.files(header.Name)
		if !wanted || strings.Contains(as, "..") {
			continue
		}
		content, err := io.ReadAll(files)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(b.dir, path.Dir(as)), 0o755); err != nil {
			return err
		}
		if err := b.write(as, content); err != nil {
			return err
		}
	}
}
