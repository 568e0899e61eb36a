// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"strings"
	"testing"
)

// All maps have one scale: the same value has the same colour in each, and a higher one a darker.
func TestMaps(t *testing.T) {
	wide := func(value float64) [][]float64 { return [][]float64{{value, value}, {value, value}} }
	maps := []Map{{Title: "a", Values: wide(1)}, {Title: "b", Values: wide(100)}, {Title: "c", Values: wide(1e9)}, {Title: "d", Values: wide(1)}, {Title: "no number", Values: wide(math.NaN())}}
	maps[3].Values[1][1] = math.NaN()
	figure, err := Maps(2, "x", "y", 1, 1e4, maps...)
	img := decode(t, figure, err)
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	at := func(column, row int, x float64) int {
		cell := float64(width) * float64(mapWidth) / float64(2*mapWidth+scaleWidth)
		return brightness(img, int(cell*(float64(column)+x)), int(float64(height)*(float64(row)+0.6)/3))
	}
	one, hundred, beyond, again := at(0, 0, 0.4), at(1, 0, 0.4), at(0, 1, 0.4), at(1, 1, 0.4)
	if one < hundred+20 || hundred < beyond+20 || again != one {
		t.Errorf("brightness of 1, 100, 1e9 and 1: %d, %d, %d, %d", one, hundred, beyond, again)
	}
}

func TestMapsErrors(t *testing.T) {
	sound := Map{Title: "a", Values: [][]float64{{1, 2}}}
	for name, test := range map[string]struct {
		columns   int
		low, high float64
		maps      []Map
	}{
		"want some":       {1, 1, 10, nil},
		"in columns":      {0, 1, 10, []Map{sound}},
		"range above 0":   {1, 0, 10, []Map{sound}},
		"no logarithm":    {1, 1, 10, []Map{sound, {Title: "b", Values: [][]float64{{-1}}}}},
		"row 1 has":       {1, 1, 10, []Map{{Values: [][]float64{{1, 2}, {1}}}}},
		"names for 1 row": {1, 1, 10, []Map{{Values: [][]float64{{1}}, Rows: []string{"a", "b"}}}},
	} {
		if _, err := Maps(test.columns, "", "", test.low, test.high, test.maps...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
