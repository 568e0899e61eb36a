// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"
	"slices"
)

// Guess checks f, which gives the loss of a network that finds each of so many classes equally likely.
func Guess(f func(classes int) float64) string {
	return formula(f, func(n int) float64 { return math.Log(float64(n)) }, []int{10, 2, 100},
		func(n int) string { return fmt.Sprintf("%d classes", n) }, "a network whose loss begins far above this number is sure of something without a reason",
		mistake[int]{func(n int) float64 { return -math.Log(float64(n)) }, "The loss is −log p, and p is below 1: mind the sign."},
		mistake[int]{func(n int) float64 { return 1 / float64(n) }, "That is the probability; the loss is its −log."},
		mistake[int]{func(n int) float64 { return math.Log10(float64(n)) }, "The logarithm is the natural one."})
}

// Softmax checks f, which turns scores into probabilities.
func Softmax(f func(scores []float64) []float64) string {
	for _, scores := range [][]float64{{0, 0}, {1, 2, 3}, {1000, 1001}} {
		input := append([]float64(nil), scores...)
		got := f(input)
		if len(got) != len(scores) {
			return wrong("%v: %d scores went in, %d probabilities came out", scores, len(scores), len(got))
		}
		for i, p := range got {
			want := 0.0
			for _, score := range scores {
				want += math.Exp(score - scores[i])
			}
			if slices.Max(scores) > 700 && (math.IsNaN(p) || math.IsInf(p, 0)) {
				return wrong("%v: you give %v. e^1000 is too large for a float64: take the greatest score off all of them first", scores, got)
			}
			if !near(p, 1/want) {
				return wrong("%v: score %d gets probability %.4g, it is %.4g", scores, i, p, 1/want)
			}
		}
	}
	return right("these are probabilities, for large scores too")
}

// WeightGradient checks f, which gives the gradient of the loss for the weights of a network of one layer, z = W·x: a row
// for each class, a column for each number of x. p are the probabilities that the network gives the classes, label is the
// right class.
func WeightGradient(f func(p []float64, label int, x []float64) [][]float64) string {
	p, label, x := []float64{0.5, 0.25, 0.25}, 1, []float64{2, -4}
	got := f(slices.Clone(p), label, slices.Clone(x))
	if len(got) == len(x) && len(got[0]) == len(p) {
		return wrong("a row for each number of x, a column for each class: it is the other way round, as in W")
	}
	if len(got) != len(p) {
		return wrong("%d classes: you give %d rows", len(p), len(got))
	}
	for _, row := range got {
		if len(row) != len(x) {
			return wrong("x has %d numbers: you give %d columns", len(x), len(row))
		}
	}
	like := func(top func(k int, target float64) float64) bool {
		for k := range p {
			target := 0.0
			if k == label {
				target = 1
			}
			for j := range x {
				if !near(got[k][j], top(k, target)*x[j]) {
					return false
				}
			}
		}
		return true
	}
	switch {
	case like(func(k int, target float64) float64 { return p[k] - target }):
		return right("each weight: what it read, times what came back to its result")
	case like(func(k int, target float64) float64 { return target - p[k] }):
		return wrong("the sign: what the network believes, minus what is true; the step goes against it")
	case like(func(k int, _ float64) float64 { return p[k] }):
		return wrong("this pushes every class down, the right one too: its row needs p − 1")
	case like(func(k int, target float64) float64 { return (p[k] - target) * target }):
		return wrong("the wrong classes have weights as well: their rows are p·x, not 0")
	}
	return wrong("p = %v, right class %d, x = %v: you give %v, it is %v", p, label, x, got, [][]float64{{1, -2}, {-1.5, 3}, {0.5, -1}})
}
