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
		func(n int) string { return fmt.Sprintf("%d classes", n) }, "a network that begins far above it is sure of something without a reason",
		mistake[int]{func(n int) float64 { return -math.Log(float64(n)) }, "The loss is −log p, and p is below 1: the sign."},
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
