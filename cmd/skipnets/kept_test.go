// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// TestKeptWeightsReproduce needs the 60,000 images. For the smallest network of each preset whose weights are kept in
// notebooks/trained, eval gives the accuracy that stands in its result. For the others, whose 10,000 test images take minutes, the
// first thousand have an accuracy that fits. (`skipnets eval notebooks/trained/*/*-seed1` measures all of them on all images.)
func TestKeptWeightsReproduce(t *testing.T) {
	dir, err := home.Path(cifar.CIFAR10.Folder)
	if err != nil {
		t.Fatal(err)
	}
	_, test, err := cifar.CIFAR10.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("CIFAR-10 is not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(home.EnvQuick, "")
	runs, err := filepath.Glob("../../notebooks/trained/*/*/best.safetensors")
	if err != nil || len(runs) == 0 {
		t.Fatalf("weights %v, %v", runs, err)
	}
	size := func(file string) int64 {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	slices.SortStableFunc(runs, func(a, b string) int { return int(size(a) - size(b)) })
	first := make([]int, 1000)
	for i := range first {
		first[i] = i
	}
	thousand, err := inOrder(test.Subset(first), "test")
	if err != nil {
		t.Fatal(err)
	}
	backend, measured := accel.MustNew(""), map[string]bool{}
	defer backend.Finalize()
	for _, weights := range runs {
		dir := filepath.Dir(weights)
		r, err := recipe.LoadReport(dir)
		if err != nil {
			t.Fatal(err)
		}
		if preset := filepath.Dir(dir); !measured[preset] {
			measured[preset] = true
			evaluated(t, dir, r)
			continue
		}
		w, err := loadWeights(dir, "", cifar.CIFAR10.Format)
		if err != nil {
			t.Fatal(err)
		}
		score, err := recipe.Evaluate(t.Context(), backend, w.model, w.store, thousand)
		if err != nil {
			t.Fatal(err)
		}
		deviation := math.Sqrt(r.TestAccuracy * (1 - r.TestAccuracy) / float64(len(first)))
		if w.name != r.Network || math.Abs(score.Accuracy-r.TestAccuracy) > 4*deviation {
			t.Errorf("%s in %s: %.4f of the first %d images, %.4f of all stand in the result", w.name, dir, score.Accuracy, len(first), r.TestAccuracy)
		}
		w.store.Finalize()
	}
}

// evaluated compares what eval prints with the result of a run.
func evaluated(t *testing.T, dir string, r recipe.Report) {
	t.Helper()
	a, out := app(), &bytes.Buffer{}
	a.Writer, a.ErrWriter = out, &bytes.Buffer{}
	if err := a.Run(t.Context(), []string{"skipnets", "eval", dir}); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%s: accuracy %.2f%%", r.Network, 100*r.TestAccuracy)
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("eval %s prints %q, want %q", dir, got, want)
	}
}
