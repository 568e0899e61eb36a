// SPDX-License-Identifier: Apache-2.0

// Package exercise checks what readers write in the exercises of the notebooks, and says what is wrong with it. A check
// takes the reader's function and returns one line that begins with ✓ or ✗. Its file is named after the notebook; worked
// solutions are in notebooks/solutions.
package exercise

import (
	"fmt"
	"math"
)

func right(format string, args ...any) string { return "✓ " + fmt.Sprintf(format, args...) }
func wrong(format string, args ...any) string { return "✗ " + fmt.Sprintf(format, args...) }

// near allows for rounding: a thousandth of the wanted value.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-3*math.Abs(want)+1e-9 }

// A mistake is a formula that readers often write instead, and what to say then.
type mistake[In any] struct {
	formula func(In) float64
	remark  string
}

// formula checks f on the given inputs. The first wrong answer is explained by the mistake that gives the same, if any.
func formula[In any](f, want func(In) float64, inputs []In, show func(In) string, praise string, mistakes ...mistake[In]) string {
	for _, in := range inputs {
		got := f(in)
		if near(got, want(in)) {
			continue
		}
		for _, m := range mistakes {
			if near(got, m.formula(in)) && !near(m.formula(in), want(in)) {
				return wrong("%s: you give %s. %s", show(in), number(got), m.remark)
			}
		}
		return wrong("%s: you give %s, it is %s", show(in), number(got), number(want(in)))
	}
	return right("%s", praise)
}

// number shows a count with all its digits, and anything else with four.
func number(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e12 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}
