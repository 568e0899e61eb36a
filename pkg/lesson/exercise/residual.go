// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
)

type choice struct{ n, k int }

// Paths checks f, which gives the number of paths through n residual blocks that go through exactly k of the branches.
func Paths(f func(n, k int) int) string {
	binomial := func(c choice) float64 {
		paths := 1.0
		for i := range c.k {
			paths = paths * float64(c.n-i) / float64(i+1)
		}
		return math.Round(paths)
	}
	return formula(func(c choice) float64 { return float64(f(c.n, c.k)) }, binomial, []choice{{9, 1}, {9, 0}, {2, 2}, {9, 4}, {27, 13}},
		func(c choice) string { return fmt.Sprintf("n = %d, k = %d", c.n, c.k) }, "they add up to 2ⁿ",
		mistake[choice]{func(c choice) float64 { return math.Pow(2, float64(c.n)) }, "That is the number of all paths, of any length."},
		mistake[choice]{func(c choice) float64 { return float64(c.n * c.k) }, "The order in which you name the branches does not matter: n over k."})
}

// Halved checks f, which gives what the shortest path carries of the gradient through n blocks of the form (F(x) + x)/2.
func Halved(f func(n int) float64) string {
	return formula(f, func(n int) float64 { return math.Pow(0.5, float64(n)) }, []int{1, 9, 27, 0},
		func(n int) string { return fmt.Sprintf("n = %d", n) }, "the plain network's trouble is back",
		mistake[int]{func(int) float64 { return 1 }, "That holds for F(x) + x. Here each block halves what passes it by."},
		mistake[int]{func(n int) float64 { return 0.5 * float64(n) }, "The factors of a chain multiply; they do not add up."})
}

// Backward checks f, which hands a gradient back through a residual block: from the Jacobian of its branch, with
// ∂F_i/∂x_j in row i and column j, and the gradient of the loss for y, it makes the gradient for x.
func Backward(f func(jacobian [][]float64, gradient []float64) []float64) string {
	jacobian, gradient := [][]float64{{2, 3}, {5, 7}}, []float64{1, 10}
	got := f([][]float64{{2, 3}, {5, 7}}, slices.Clone(gradient))
	if len(got) != len(gradient) {
		return wrong("x has %d numbers: you give %d", len(gradient), len(got))
	}
	along := func(direct float64, entry func(i, j int) float64) bool {
		for j := range got {
			want := direct * gradient[j]
			for i := range gradient {
				want += entry(i, j) * gradient[i]
			}
			if !near(got[j], want) {
				return false
			}
		}
		return true
	}
	columns := func(i, j int) float64 { return jacobian[i][j] }
	rows := func(i, j int) float64 { return jacobian[j][i] }
	switch {
	case along(1, columns):
		return right("the first term is the gradient itself, whatever the Jacobian is")
	case along(0, columns):
		return wrong("this is the plain block: the gradient itself, which the shortcut hands down, is missing")
	case along(1, rows), along(0, rows):
		return wrong("you sum along the rows of the Jacobian. x_j has moved every y_i: sum along column j")
	}
	return wrong("Jacobian %v, gradient %v: you give %v, it is %v", jacobian, gradient, got, []float64{53, 83})
}

// Residual checks a merge, which gets a branch's result f and the block's input x, of equal shapes. The sum over all of
// its result has, for f = 3x, the gradient 3 + 1 to x.
func Residual(merge func(f, x *graph.Node) *graph.Node) string {
	values, gradients, problem := valuesAndGradients(func(x *graph.Node) *graph.Node { return merge(graph.MulScalar(x, 3), x) })
	switch {
	case problem != "":
		return wrong("%s", problem)
	case all(values, 3):
		return wrong("for F(x) = 3x you give 3x: the input is missing, this is the plain block")
	case all(values, 2):
		return wrong("for F(x) = 3x you give 2x: the mean carries half of the gradient past each block")
	case !all(values, 4):
		return wrong("for F(x) = 3x and x = 1, 2 you give %v, it is [4 8]", values)
	case gradients[0] != 4 || gradients[1] != 4:
		return wrong("the value is right, but the gradient is %v, it is [4 4]: something stops it", gradients)
	}
	return right("the gradient is J + 1: whatever the branch does to it, the 1 arrives")
}
