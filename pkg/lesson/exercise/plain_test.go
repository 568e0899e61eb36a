// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"math"
	"strings"
	"testing"
)

func TestGain(t *testing.T) {
	for want, f := range map[string]func(s float64, depth int) float64{
		"✓":               func(s float64, depth int) float64 { return math.Pow(s, float64(depth)) },
		"do not add up":   func(s float64, depth int) float64 { return s * float64(depth) },
		"but 1 arrives":   func(float64, int) float64 { return 0 },
		"0.9 and depth 8": func(s float64, depth int) float64 { return 1 },
	} {
		if got := Gain(f); !strings.Contains(got, want) {
			t.Errorf("%q, want %q in it", got, want)
		}
	}
}
