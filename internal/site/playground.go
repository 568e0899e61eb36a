// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A Network is one that the playground offers.
type Network struct {
	Name  string `json:"name"` // its folder in notebooks/trained
	Title string `json:"title"`
	Merge string `json:"merge"` // what a block hands on
	File  string `json:"file"`  // its weights on the site
	Four  bool   `json:"four"`  // one of the four that stand side by side
	Pair  bool   `json:"pair"`  // one of the two that lose the same block
	Bytes int64  `json:"bytes"`
}

// networks are those whose weights are part of the repository.
var networks = []Network{
	{Name: "hour/wide-plain-w24-seed1", Title: "plain, 11 layers", Merge: "F(x)", Four: true},
	{Name: "hour/wide-residual-w24-seed1", Title: "residual, 11 layers", Merge: "F(x) + x", Four: true},
	{Name: "hour/wide-highway-w24-seed1", Title: "highway, 11 layers", Merge: "H(x)·T(x) + x·(1 − T(x))", Four: true},
	{Name: "hour/wide-dense-w24-seed1", Title: "dense, 11 layers", Merge: "[x, F(x)]", Four: true},
	{Name: "depth/half-plain-56-seed1", Title: "plain, 56 layers", Merge: "F(x)", Pair: true},
	{Name: "depth/half-residual-56-seed1", Title: "residual, 56 layers", Merge: "F(x) + x", Pair: true},
	{Name: "depth/half-highway-56-b3-seed1", Title: "highway, 56 layers", Merge: "H(x)·T(x) + x·(1 − T(x))"},
	{Name: "depth/half-dense-20-seed1", Title: "dense, 20 layers", Merge: "[x, F(x)]"},
}

// Pictures are the twenty that a visitor can choose from: the first two of each class in the sample of CIFAR-10's test set.
func Pictures() images.Set {
	_, test := cifar.Sample()
	first := make([]int, 2*len(cifar.Classes10))
	for i := range first {
		first[i] = i
	}
	return test.Subset(first)
}

// BuildPlayground compiles cmd/playground of the checkout for browsers, into dir.
func BuildPlayground(ctx context.Context, source, dir string) error {
	program, err := filepath.Abs(filepath.Join(dir, "playground.wasm"))
	if err != nil {
		return err
	}
	if out, err := forBrowsers(ctx, source, "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/playground").CombinedOutput(); err != nil {
		return fmt.Errorf("compile the playground: %w\n%s", err, out)
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("find Go's own folder: %w", err)
	}
	glue, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return fmt.Errorf("Go's glue for WebAssembly: %w. It comes with Go: install Go as go.dev describes", err)
	}
	return os.WriteFile(filepath.Join(dir, "wasm_exec.js"), glue, 0o644)
}

// playground writes the program, the weights and the pictures.
func (b *builder) playground(ctx context.Context) error {
	b.say("compiling the networks for the browser")
	if err := BuildPlayground(ctx, b.source, b.dir); err != nil {
		return err
	}
	if err := b.compress("playground.wasm"); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "weights"), 0o755); err != nil {
		return err
	}
	offered := append([]Network{}, networks...)
	for i := range offered {
		n := &offered[i]
		data, err := os.ReadFile(filepath.Join(b.source, "notebooks", "trained", n.Name, recipe.BestFile))
		if err != nil {
			return fmt.Errorf("weights of %s: %w", n.Name, err)
		}
		n.File, n.Bytes = "weights/"+filepath.Base(n.Name)+".safetensors", int64(len(data))
		if err := b.write(n.File, data); err != nil {
			return err
		}
	}
	program, err := b.program()
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"program": program, "networks": offered, "classes": cifar.Classes10, "labels": Pictures().Labels})
	if err != nil {
		return err
	}
	if err := b.write("playground.json", data); err != nil {
		return err
	}
	return b.strip()
}

// A program is the playground's, how much there is to download, and how to know that it has arrived as it was written.
type program struct {
	Program    string `json:"program"`
	Bytes      int64  `json:"bytes"`
	Small      string `json:"small"`
	SmallBytes int64  `json:"smallBytes"`
	SHA256     string `json:"sha256"` // of the program as it runs, not compressed
}

func (b *builder) program() (program, error) {
	p := program{Program: "playground.wasm", Small: "playground.wasm.gz"}
	data, err := os.ReadFile(filepath.Join(b.dir, p.Program))
	if err != nil {
		return program{}, err
	}
	p.Bytes, p.SHA256 = int64(len(data)), fmt.Sprintf("%x", sha256.Sum256(data))
	info, err := os.Stat(filepath.Join(b.dir, p.Small))
	if err != nil {
		return program{}, err
	}
	p.SmallBytes = info.Size()
	return p, nil
}

// strip writes the pictures to choose from side by side, pixel by pixel as they are.
func (b *builder) strip() error {
	pictures := Pictures()
	all := image.NewRGBA(image.Rect(0, 0, cifar.Size*pictures.Len(), cifar.Size))
	for i := range pictures.Len() {
		for p := range cifar.Size * cifar.Size {
			at := all.PixOffset(cifar.Size*i+p%cifar.Size, p/cifar.Size)
			copy(all.Pix[at:at+3], pictures.Pixels(i)[3*p:])
			all.Pix[at+3] = 255
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, all); err != nil {
		return err
	}
	return b.write("pictures.png", file.Bytes())
}
