// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var kept = filepath.Join("..", "..", "notebooks", trainedDir)

// The line of a family has a point for each depth, that of a setting one for each depth at which it was tried.
func TestDepthLine(t *testing.T) {
	for _, test := range []struct {
		family, option, name string
		at                   []float64
	}{
		{"plain", "", "plain", []float64{8, 20, 32, 56}},
		{"highway", "b3", "highway, gates start further shut", []float64{20, 56}},
	} {
		f, err := sketched(test.family)
		if err != nil {
			t.Fatal(err)
		}
		line, err := depthLine(kept, f, test.option)
		if err != nil || line.Name != test.name || !slices.Equal(line.X, test.at) || len(line.Spread) != len(line.Y) {
			t.Errorf("%s, %q: %+v, %v", test.family, test.option, line, err)
		}
		for i, loss := range line.Y {
			if loss < 0.1 || loss > 2.3 || line.Spread[i] > 0.2 {
				t.Errorf("%s with %g layers: %g ± %g", line.Name, line.X[i], loss, line.Spread[i])
			}
		}
	}
}

func TestDepths(t *testing.T) {
	if figure, err := depthFigure(kept, []string{"plain", "residual", "highway-b3"}); err != nil || len(figure) < 10000 {
		t.Errorf("%d bytes, %v", len(figure), err)
	}
	for want, names := range map[string][]string{`no picture of "recurrent"`: {"recurrent"}, "nothing to draw": nil} {
		if _, err := depthFigure(kept, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", names, err, want)
		}
	}
	if _, err := depthFigure(t.TempDir(), []string{"plain"}); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("without runs: %v", err)
	}
}
