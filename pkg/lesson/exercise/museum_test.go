// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/blocks"
)

// Every check of the museum refuses the exhibit, says what is wrong with it, and accepts what is right.
func TestMuseum(t *testing.T) {
	strides := func(first, later int) func(*model.Scope, *graph.Node, int, int) *graph.Node {
		return func(scope *model.Scope, x *graph.Node, n, channels int) *graph.Node {
			for i := range n {
				x = blocks.Residual(scope.In("block%d", i+1), x, channels, []int{first, later}[min(i, 1)])
			}
			return x
		}
	}
	bn := func(scope *model.Scope, x *graph.Node) *graph.Node {
		return norm.BatchNorm(scope, x, -1).Epsilon(1e-5).Done()
	}
	relu := func(x *graph.Node) *graph.Node { return graph.MaxScalar(x, 0) }
	pool := func(x *graph.Node) *graph.Node { return graph.ReduceMean(x, 1, 2) }
	join := func(axis int) func(x, f *graph.Node) *graph.Node {
		return func(x, f *graph.Node) *graph.Node { return graph.Concatenate([]*graph.Node{x, f}, axis) }
	}
	normalise := func(batch []float64, mean, deviation float64) []float64 {
		for i := range batch {
			batch[i] = (batch[i] - mean) / deviation
		}
		return batch
	}
	for _, test := range []struct{ got, want string }{
		{Stage(strides(2, 1)), "✓"},
		{Stage(strides(2, 2)), "32×32 pixels into 4×4: every block halves"},
		{Stage(strides(1, 1)), "must halve"},
		{Stage(strides(1, 2)), "must halve"},
		{Stage(strides(4, 1)), "it must be [1 16 16 8]"},
		{Stage(func(*model.Scope, *graph.Node, int, int) *graph.Node { return nil }), "returns nil"},
		{Stage(func(s *model.Scope, x *graph.Node, _, _ int) *graph.Node { return graph.Add(x, pool(x)) }), "cannot be built"},

		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return pool(relu(bn(s, x))) }), "✓"},
		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return pool(x) }), "neither a norm nor a ReLU"},
		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return pool(relu(x)) }), "the norm is missing"},
		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return graph.AddScalar(pool(bn(s, x)), -1) }), "below zero"},
		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return pool(bn(s, x)) }), "norm, ReLU, mean, in this order"},
		{LastNorm(func(s *model.Scope, x *graph.Node) *graph.Node { return x }), "a number for each channel"},
		{LastNorm(func(*model.Scope, *graph.Node) *graph.Node { return nil }), "nil"},

		{Deviation(func(im [][]float64) float64 { _, d := moments(slices.Concat(im...)); return d }), "✓"},
		{Deviation(func(im [][]float64) float64 { _, a := moments(im[0]); _, b := moments(im[1]); return (a + b) / 2 }), "own deviations"},
		{Deviation(func(im [][]float64) float64 {
			a, _ := moments(im[0])
			b, _ := moments(im[1])
			return math.Abs(a-b) / 2
		}), "means lie apart"},
		{Deviation(func(im [][]float64) float64 { _, d := moments(slices.Concat(im...)); return d * d }), "take the root"},

		{Reported(func(heldOut, test []float64) float64 { return test[slices.Index(heldOut, slices.Max(heldOut))] }), "✓"},
		{Reported(func(_, test []float64) float64 { return slices.Max(test) }), "partly luck"},
		{Reported(func(heldOut, _ []float64) float64 { return slices.Max(heldOut) }), "same epoch gives on the test images"},
		{Reported(func(_, test []float64) float64 { return test[len(test)-1] }), "the last epoch"},

		{AtTestTime(func(b []float64, mean, variance float64) []float64 { return normalise(b, mean, math.Sqrt(variance)) }), "✓"},
		{AtTestTime(func(b []float64, _, _ float64) []float64 { m, d := moments(b); return normalise(b, m, d) }), "which others came along"},
		{AtTestTime(normalise), "root of the variance"},
		{AtTestTime(func(b []float64, _, _ float64) []float64 { return b }), "as it came"},
		{AtTestTime(func([]float64, float64, float64) []float64 { return nil }), "you give NaN"},

		{Concatenated(join(-1)), "✓"},
		{Concatenated(join(3)), "✓"},
		{Concatenated(join(1)), "one tall image"},
		{Concatenated(join(2)), "one wide image"},
		{Concatenated(join(0)), "Axis 0 is the batch"},
		{Concatenated(func(x, f *graph.Node) *graph.Node { return join(-1)(f, x) }), "f comes first"},
		{Concatenated(graph.Add), "✗"},
		{Concatenated(func(x, _ *graph.Node) *graph.Node { return nil }), "nil"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%q, want %q in it", test.got, test.want)
		}
	}
}
