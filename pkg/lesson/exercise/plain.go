// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"
)

type gain struct {
	s     float64
	depth int
}

// Gain checks f, which gives the length of a gradient that had length 1 at the top, after depth layers that each change it
// by the factor s.
func Gain(f func(s float64, depth int) float64) string {
	return formula(func(g gain) float64 { return f(g.s, g.depth) }, func(g gain) float64 { return math.Pow(g.s, float64(g.depth)) },
		[]gain{{1, 20}, {0.9, 8}, {1.1, 56}, {0.5, 0}}, func(g gain) string { return fmt.Sprintf("s = %g, depth %d", g.s, g.depth) },
		"that is what arrives at the bottom",
		mistake[gain]{func(g gain) float64 { return g.s * float64(g.depth) }, "The factors of a chain multiply; they do not add up."})
}

// Sees checks f, which gives the width in pixels of what one value sees after so many 3×3 convolutions of stride 1.
func Sees(f func(layers int) int) string {
	return formula(func(n int) float64 { return float64(f(n)) }, func(n int) float64 { return float64(2*n + 1) }, []int{1, 2, 19},
		func(n int) string { return fmt.Sprintf("layers = %d", n) }, "each layer adds one pixel on either side",
		mistake[int]{func(n int) float64 { return float64(3 * n) }, "The windows overlap: the second layer adds one pixel on either side, not three."},
		mistake[int]{func(n int) float64 { return math.Pow(3, float64(n)) }, "The windows overlap: three neighbours of a pixel share most of what they see."})
}

// Copies checks a 3×3 kernel that is to leave every image as it is.
func Copies(kernel [3][3]float64) string {
	want := [3][3]float64{1: {1: 1}}
	if kernel == want {
		return right("it returns its input; training would have to find exactly this one, in every channel")
	}
	sum, ones := 0.0, 0
	for _, row := range kernel {
		for _, weight := range row {
			sum += weight
			if weight != 0 {
				ones++
			}
		}
	}
	switch {
	case ones == 0:
		return wrong("a kernel of zeros makes every image black")
	case ones > 1 && near(sum, 1):
		return wrong("this averages over %d neighbours: it blurs the image", ones)
	case ones > 1:
		return wrong("this mixes %d neighbours, and multiplies an even area by %.4g", ones, sum)
	case kernel[1][1] == 0:
		return wrong("this moves the image by a pixel: the weight is not in the middle")
	}
	return wrong("this multiplies the image by %.4g", kernel[1][1])
}
