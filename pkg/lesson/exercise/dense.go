// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/pkg/lesson"
)

type layer struct{ k0, k, l int }

func (d layer) String() string { return fmt.Sprintf("k0 = %d, k = %d, layer %d", d.k0, d.k, d.l) }

// Reads checks f, which gives the number of channels that layer l, counted from 1, of a dense block reads, if k0 came into
// the block and each layer writes k.
func Reads(f func(k0, k, l int) int) string {
	return formula(func(d layer) float64 { return float64(f(d.k0, d.k, d.l)) },
		func(d layer) float64 { return float64(d.k0 + (d.l-1)*d.k) }, []layer{{16, 12, 1}, {16, 12, 6}, {24, 8, 3}}, layer.String,
		"it grows by k a layer",
		mistake[layer]{func(d layer) float64 { return float64(d.k0 + d.l*d.k) }, "The layer does not read what it writes itself."},
		mistake[layer]{func(d layer) float64 { return float64(d.k) }, "Only a plain layer reads its predecessor alone; this one reads all before it."})
}

// Weights checks f, which gives the number of weights in the 3×3 convolutions of a dense block of so many layers.
func Weights(f func(k0, k, layers int) int) string {
	weights := func(d layer) float64 {
		sum := 0
		for i := range d.l {
			sum += 9 * (d.k0 + i*d.k) * d.k
		}
		return float64(sum)
	}
	return formula(func(d layer) float64 { return float64(f(d.k0, d.k, d.l)) }, weights, []layer{{16, 12, 1}, {16, 12, 6}, {24, 8, 3}},
		func(d layer) string { return fmt.Sprintf("k0 = %d, k = %d, layers = %d", d.k0, d.k, d.l) }, "it grows with the square of the number of layers",
		mistake[layer]{func(d layer) float64 { return weights(d) / 9 }, "A 3×3 kernel has nine weights for each pair of channels."},
		mistake[layer]{func(d layer) float64 { return float64(9 * d.k0 * d.k * d.l) }, "Later layers read more than k0 channels."})
}

type denseBackward struct{ g1, g2, g3, j21, j31, j32 float64 }

// Arrives checks f, which gives what arrives at x1 in a dense block of three layers that write one number each. g1, g2 and
// g3 are what comes back to x1, x2 and x3 from the block's result, j21 is the derivative of layer 2 by that part of its input which is x1, and so on.
func Arrives(f func(g1, g2, g3, j21, j31, j32 float64) float64) string {
	all := func(d denseBackward) float64 { return d.g1 + d.j21*d.g2 + d.j31*d.g3 + d.j21*d.j32*d.g3 }
	return formula(func(d denseBackward) float64 { return f(d.g1, d.g2, d.g3, d.j21, d.j31, d.j32) }, all,
		[]denseBackward{{1, 10, 100, 2, 3, 5}, {1, 1, 1, 0, 0, 0}, {-1, 2, 0.5, 3, -4, 7}},
		func(d denseBackward) string {
			return fmt.Sprintf("g = %g, %g, %g, J21 = %g, J31 = %g, J32 = %g", d.g1, d.g2, d.g3, d.j21, d.j31, d.j32)
		}, "four ways, and the first is multiplied by nothing",
		mistake[denseBackward]{func(d denseBackward) float64 { return d.g1 + d.j21*d.g2 + d.j31*d.g3 }, "One way is missing: from layer 3 through layer 2."},
		mistake[denseBackward]{func(d denseBackward) float64 { return d.j21*d.g2 + d.j31*d.g3 + d.j21*d.j32*d.g3 }, "The direct way is missing, the one that no layer touches."},
		mistake[denseBackward]{func(d denseBackward) float64 { return d.j21 * d.j32 * d.g3 }, "That is the longest way, all that a plain network has."},
		mistake[denseBackward]{func(d denseBackward) float64 { return d.g1 + d.j21*d.g2 + d.j31*d.g3 + d.j32*d.g3 }, "The way through layer 2 goes on to layer 1: it passes J32 and J21."})
}

// Dense checks a merge of a block's input x [batch, height, width, channels] and a layer's result f, of equal height and width.
func Dense(merge func(x, f *graph.Node) *graph.Node) string {
	backend, err := lesson.Backend()
	if err != nil {
		return wrong("%v", err)
	}
	var shape string
	y, err := graph.CallOnce(backend, func(x, f *graph.Node) *graph.Node {
		y := merge(x, f)
		if y == nil {
			panic(fmt.Errorf("the function returns nil"))
		}
		shape = fmt.Sprint(y.Shape().Dimensions)
		return y
	}, tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4}, 1, 1, 2, 2), tensors.FromFlatDataAndDimensions([]float32{5, 6}, 1, 1, 2, 1))
	if err != nil {
		return wrong("this cannot be built: %v", err)
	}
	switch got := fmt.Sprint(tensors.MustCopyFlatData[float32](y)); {
	case shape != "[1 1 2 3]":
		return wrong("x is [1 1 2 2], f [1 1 2 1], and your result %s: the channels, the last axis, add up to [1 1 2 3]", shape)
	case got == "[5 1 2 6 3 4]":
		return wrong("the shape is right, but f comes first: x keeps its place, and what is new goes behind it")
	case got != "[1 2 5 3 4 6]":
		return wrong("the shape is right, but the values are %s, not [1 2 5 3 4 6]", got)
	}
	return right("nothing that was there is changed")
}
