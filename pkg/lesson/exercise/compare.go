// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"
	"slices"
)

type share struct {
	p float64
	n int
}

// StandardError checks f, which gives the standard error of an accuracy p measured on n images.
func StandardError(f func(p float64, n int) float64) string {
	return formula(func(s share) float64 { return f(s.p, s.n) },
		func(s share) float64 { return math.Sqrt(s.p * (1 - s.p) / float64(s.n)) }, []share{{0.9, 10000}, {0.5, 100}, {1, 10}},
		func(s share) string { return fmt.Sprintf("p = %g, %d images", s.p, s.n) },
		"If two networks were tested on different images, trust only a difference of more than three standard errors. "+
			"If both were tested on the same images, count those that only one of them gets right.",
		mistake[share]{func(s share) float64 { return s.p * (1 - s.p) / float64(s.n) }, "That is the variance: take the root."},
		mistake[share]{func(s share) float64 { return math.Sqrt(s.p * (1 - s.p)) }, "That is the deviation of a single answer; the mean of n has √n less."})
}

type convolution struct{ side, kernel, in, out int }

// MultiplyAdds checks f, which gives the multiply-adds of a padded convolution of stride 1 on side×side pixels.
func MultiplyAdds(f func(side, kernel, in, out int) int) string {
	exact := func(c convolution) float64 { return float64(c.side * c.side * c.kernel * c.kernel * c.in * c.out) }
	return formula(func(c convolution) float64 { return float64(f(c.side, c.kernel, c.in, c.out)) }, exact,
		[]convolution{{32, 3, 16, 16}, {16, 3, 16, 32}, {8, 1, 64, 64}},
		func(c convolution) string {
			return fmt.Sprintf("%d×%d pixels, kernel %d×%d, %d to %d channels", c.side, c.side, c.kernel, c.kernel, c.in, c.out)
		}, "each weight is used once at every position",
		mistake[convolution]{func(c convolution) float64 { return float64(c.kernel * c.kernel * c.in * c.out) }, "Those are the weights; each is used at every position."},
		mistake[convolution]{func(c convolution) float64 { return exact(c) / float64(c.kernel) }, "The kernel has two sides."})
}

// Recall checks f, which gives the share of a class's images that a network finds, from a confusion matrix whose rows are
// the true classes.
func Recall(f func(counts [][]int, class int) float64) string {
	counts := [][]int{{8, 1, 1}, {4, 5, 1}, {0, 0, 20}}
	found := func(class int) float64 { return float64(counts[class][class]) }
	named := func(class int) float64 { return float64(counts[0][class] + counts[1][class] + counts[2][class]) }
	there := func(class int) float64 { return float64(counts[class][0] + counts[class][1] + counts[class][2]) }
	return formula(func(class int) float64 { return f(counts, class) }, func(class int) float64 { return found(class) / there(class) }, []int{0, 1, 2},
		func(class int) string { return fmt.Sprintf("class %d of %v", class, counts) }, "the number on the diagonal, divided by the sum of its row",
		mistake[int]{func(class int) float64 { return found(class) / named(class) },
			"You divide by the column: that is precision, how often the network is right when it names the class."},
		mistake[int]{func(class int) float64 { return found(class) / 40 }, "Divide by the class's own images, not by all."})
}

// Vote checks f, which gives the class that most of several predictions name, and the last prediction where no class has
// more votes than all others.
func Vote(f func(predictions []int32) int32) string {
	return formula(func(p []int32) float64 { return float64(f(slices.Clone(p))) }, func(p []int32) float64 { return float64(majority(p)) },
		[][]int32{{3, 3, 3, 3}, {5, 3, 3, 3}, {3, 3, 3, 5}, {5, 3, 5, 8}, {1, 2, 3, 4}, {7, 7, 2, 2}, {6}},
		func(p []int32) string { return fmt.Sprintf("predictions %v", p) }, "a mistake that one network makes alone is outvoted",
		mistake[[]int32]{func(p []int32) float64 { return float64(p[0]) }, "That is the first network's answer, whatever the others say."},
		mistake[[]int32]{func(p []int32) float64 { return float64(p[len(p)-1]) }, "That is the last network's answer, whatever the others say."})
}

// majority is the class with the most votes, the last prediction where there is none.
func majority(predictions []int32) int32 {
	votes := map[int32]int{}
	for _, class := range predictions {
		votes[class]++
	}
	winner, tied := predictions[0], false
	for class, n := range votes {
		switch {
		case n > votes[winner]:
			winner, tied = class, false
		case n == votes[winner] && class != winner:
			tied = true
		}
	}
	if tied {
		return predictions[len(predictions)-1]
	}
	return winner
}
