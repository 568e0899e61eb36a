// SPDX-License-Identifier: Apache-2.0

//go:build !js

package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/internal/setup/testsetup"
	"github.com/skipnets/skipnets/internal/site"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

// answer is what testdata/play.js prints of one network.
type answer struct {
	Network string
	Logits  [][]float64
	Error   string // of a file that is no picture
}

// The networks in WebAssembly say what they say on XLA: for 20 test pictures the logits agree, and so does the class.
func TestWebAssemblyAgreesWithXLA(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program for the browser, and runs it")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no Node.js here")
	}
	dir := t.TempDir()
	if err := site.BuildPlayground(t.Context(), filepath.Join("..", ".."), dir); err != nil {
		t.Fatal(err)
	}
	pictures := site.Pictures()
	const n = 20
	if len(pictures.Labels) != n {
		t.Fatalf("%d pictures", len(pictures.Labels))
	}
	if err := os.WriteFile(filepath.Join(dir, "pixels.bin"), pictures.Images, 0o600); err != nil {
		t.Fatal(err)
	}
	backend := accel.MustNew("")
	for _, name := range []string{"hour/wide-plain-w24-seed1", "hour/wide-residual-w24-seed1", "hour/wide-highway-w24-seed1", "hour/wide-dense-w24-seed1"} {
		weights := filepath.Join("..", "..", "notebooks", "trained", name, recipe.BestFile)
		cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "play.js"), dir, weights)
		cmd.Stderr = os.Stderr
		printed, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var got answer
		if err := json.Unmarshal(printed, &got); err != nil {
			t.Fatalf("%v in %q", err, printed)
		}
		if !strings.Contains(got.Error, "no picture at all") || !strings.Contains(got.Error, "PNG, JPEG") {
			t.Errorf("of a file that is no picture it says %q", got.Error)
		}
		net, err := nets.Parse(got.Network, 10)
		if err != nil {
			t.Fatal(err)
		}
		store, err := recipe.Load(weights)
		if err != nil {
			t.Fatal(err)
		}
		batch := tensors.FromFlatDataAndDimensions(slices.Clone(pictures.Images), n, cifar.Size, cifar.Size, cifar.Channels)
		want, err := recipe.Logits(backend, images.Normalized(net, cifar.Moments10), store, batch)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if top(got.Logits[i]) != top(widened(want[i])) {
				t.Errorf("%s, picture %d: class %d, on XLA %d", name, i, top(got.Logits[i]), top(widened(want[i])))
			}
			for c, w := range want[i] {
				if d := math.Abs(got.Logits[i][c] - float64(w)); !(d < 1e-3) {
					t.Errorf("%s, picture %d, class %d: logit %g, on XLA %g", name, i, c, got.Logits[i][c], w)
				}
			}
		}
	}
}

func widened(values []float32) (wide []float64) {
	for _, v := range values {
		wide = append(wide, float64(v))
	}
	return wide
}

func top(logits []float64) int { return slices.Index(logits, slices.Max(logits)) }
