// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"math"
	"slices"
)

// FilterNormalised checks f, which gives the direction of a filter the length of the network's own.
func FilterNormalised(f func(step, own []float64) []float64) string {
	own := []float64{0, 6, 8} // of length 10
	for _, step := range [][]float64{{3, 4, 0}, {0, -0.3, 0.4}} {
		got := f(slices.Clone(step), slices.Clone(own))
		length := func(v []float64) float64 {
			sum := 0.0
			for _, x := range v {
				sum += x * x
			}
			return math.Sqrt(sum)
		}
		scaled := func(factor float64) bool {
			for i := range got {
				if !near(got[i], factor*step[i]) {
					return false
				}
			}
			return true
		}
		switch {
		case len(got) != len(step):
			return wrong("the step has %d numbers: you give %d", len(step), len(got))
		case scaled(length(own) / length(step)):
		case scaled(1):
			return wrong("step %v, filter %v of length 10: this is the step itself, of length %s", step, own, number(length(step)))
		case scaled(1 / length(step)):
			return wrong("step %v: this has length 1. The filter %v has length 10", step, own)
		case scaled(length(own)):
			return wrong("step %v: divide by its own length first", step)
		case near(length(got), length(own)):
			return wrong("step %v: you give %v, which is long enough but points elsewhere", step, got)
		default:
			return wrong("step %v, filter %v: you give %v, of length %s; it must be 10", step, own, got, number(length(got)))
		}
	}
	return right("now a step of 1 is as long as the filter, whatever the units of the weights are")
}
