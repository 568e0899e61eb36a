// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// TestKeptWeightsReproduce needs the 60,000 images: eval gives, for every network whose weights are kept in
// notebooks/trained, the accuracy that stands in its result.
func TestKeptWeightsReproduce(t *testing.T) {
	dir, err := home.Path(cifar.CIFAR10.Folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("CIFAR-10 is not here: %v", err)
	}
	t.Setenv(home.EnvQuick, "")
	runs, err := filepath.Glob("../../notebooks/trained/*/*/best.safetensors")
	if err != nil || len(runs) == 0 {
		t.Fatalf("weights %v, %v", runs, err)
	}
	for _, weights := range runs {
		dir := filepath.Dir(weights)
		r, err := recipe.LoadReport(dir)
		if err != nil {
			t.Fatal(err)
		}
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
}
