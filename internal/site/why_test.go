// SPDX-License-Identifier: Apache-2.0

package site

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/lesson"
)

// measuredSource is a checkout that holds made-up measurements of two networks, and a builder for it.
func measuredSource(t *testing.T) *builder {
	t.Helper()
	b := &builder{source: t.TempDir(), dir: t.TempDir()}
	if err := os.MkdirAll(filepath.Dir(b.why(lesson.FollowedFile)), 0o755); err != nil {
		t.Fatal(err)
	}
	for k, name := range shown {
		for _, steps := range []int{10, 100} {
			f := lesson.Followed{Arm: name, Depth: shownDepth, Images: 4000, Recipe: "quick", Steps: steps, Seed: 1, Blocks: []string{"stage1/block1"}, Commit: "c0ffee", Machine: "two <cores>"}
			for _, step := range []int{0, 1, steps / 2} {
				m := lesson.Moment{Step: step, Loss: 2, Blocks: []float64{1}, Along: lesson.Ahead()}
				for layer := range 5 {
					m.Layers, m.Moved = append(m.Layers, math.Pow(2, float64(k*layer-step%3))), append(m.Moved, 0.1)
				}
				f.Moments = append(f.Moments, m)
			}
			for range 5 {
				f.Layers = append(f.Layers, "conv")
			}
			if err := lesson.AppendFollowed(b.why(lesson.FollowedFile), f); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []int{3, 9} {
			s := lesson.Surface{Network: "half-" + name + "-56", Direction: insight.ByFilter, Seed: 1, Images: 200, Commit: "c0ffee", Machine: "two cores"}
			for i := range n {
				s.X = append(s.X, 2*float64(i)/float64(n-1)-1)
			}
			s.Y = s.X
			for _, y := range s.Y {
				var row []float64
				for _, x := range s.X {
					row = append(row, 0.5+float64(k+1)*(x*x+y*y))
				}
				s.Loss = append(s.Loss, row)
			}
			if err := lesson.AppendSurface(b.why(lesson.SurfacesFile), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b
}

// The figures on why show the longest training and the finest map, and say where they come from.
func TestWhyFigures(t *testing.T) {
	b := measuredSource(t)
	gradients, err := b.gradients()
	if err != nil {
		t.Fatal(err)
	}
	curves, _ := gradients.data["gradients"].([]curve)
	if len(curves) != 2 || len(curves[0].X) != 5 || len(curves[1].Y) != 3 || curves[0].Name != "plain, 56 layers" || curves[0].Color == "" {
		t.Errorf("curves %+v", curves)
	}
	if words := string(gradients.words); !strings.Contains(words, "100 steps") || !strings.Contains(words, "c0ffee") || !strings.Contains(words, "two &lt;cores&gt;") {
		t.Errorf("of the gradients it says %q", words)
	}
	surfaces, err := b.surfaces()
	if err != nil {
		t.Fatal(err)
	}
	if words := string(surfaces.words); !strings.Contains(words, "200 images") || len(surfaces.data) != 1 {
		t.Errorf("of the surfaces it says %q", words)
	}
	for _, still := range []string{"gradients.png", "surfaces.png"} {
		if data, err := os.ReadFile(filepath.Join(b.dir, still)); err != nil || !strings.HasPrefix(string(data), "\x89PNG") {
			t.Errorf("%s: %v", still, err)
		}
	}
}

// What has not been measured is not shown.
func TestWhyFiguresNotMeasured(t *testing.T) {
	b := &builder{source: t.TempDir(), dir: t.TempDir()}
	for name, get := range map[string]func() (figure, error){"gradients": b.gradients, "surfaces": b.surfaces} {
		if f, err := get(); err != nil || f.words != "" || f.data != nil {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}
