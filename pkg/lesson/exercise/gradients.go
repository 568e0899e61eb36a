// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

type decay struct{ r, floor float64 }

// Shattered checks f, which gives the smallest whole number of layers after which a correlation that each layer multiplies by r is
// below the floor.
func Shattered(f func(r, floor float64) int) string {
	exact := func(d decay) float64 { return math.Log(d.floor) / math.Log(d.r) }
	return formula(func(d decay) float64 { return float64(f(d.r, d.floor)) }, func(d decay) float64 { return math.Floor(exact(d)) + 1 },
		[]decay{{0.5, 0.01}, {0.75, 0.01}, {0.9, 0.05}},
		func(d decay) string { return fmt.Sprintf("r = %g, floor %g", d.r, d.floor) }, "where each layer halves the correlation, seven layers are enough to lose it; with 3/4 for each layer it takes seventeen",
		mistake[decay]{func(d decay) float64 { return math.Floor(exact(d)) }, "After that many layers the correlation is still above the floor. Round up."},
		mistake[decay]{func(d decay) float64 { return math.Ceil(1 / d.floor * (1 - d.r)) }, "The factors multiply: the correlation falls like r to the power of L."})
}

type lengths struct{ weights, gradient, rate float64 }

// Layerwise checks f, which gives the number that a layer's gradient is multiplied by so that the step has the length rate·weights.
func Layerwise(f func(weights, gradient, rate float64) float64) string {
	return formula(func(l lengths) float64 { return f(l.weights, l.gradient, l.rate) },
		func(l lengths) float64 { return l.rate * l.weights / l.gradient }, []lengths{{10, 2, 0.01}, {10, 2000, 0.01}, {3, 0.5, 0.1}},
		func(l lengths) string {
			return fmt.Sprintf("weights of length %g, gradient %g, rate %g", l.weights, l.gradient, l.rate)
		}, "the step has one length, whether the gradient is 2 or 2000 long: only the gradient's direction counts",
		mistake[lengths]{func(l lengths) float64 { return l.rate }, "That is the ordinary step: it is as long as the gradient makes it."},
		mistake[lengths]{func(l lengths) float64 { return l.rate * l.gradient / l.weights }, "The other way round: a longer gradient must be multiplied by less."},
		mistake[lengths]{func(l lengths) float64 { return l.rate / l.gradient }, "That makes all steps equally long. A layer of long weights needs a longer step."},
		mistake[lengths]{func(l lengths) float64 { return l.rate * l.weights }, "That is the length of the step. By what is the gradient multiplied to get there?"})
}

// LooksLinear checks a merge of ReLU(u) and ReLU(−u), which must give u.
func LooksLinear(merge func(positive, negative *graph.Node) *graph.Node) string {
	for _, sign := range []float64{1, -1} {
		values, gradients, problem := valuesAndGradients(func(x *graph.Node) *graph.Node {
			u := graph.MulScalar(x, sign)
			return merge(graph.MaxScalar(u, 0), graph.MaxScalar(graph.Neg(u), 0))
		})
		switch {
		case problem != "":
			return wrong("%s", problem)
		case sign < 0 && all(values, 1):
			return wrong("for u = −1, −2 you give 1, 2: that is |u|, and the sign is lost")
		case sign < 0 && all(values, 0):
			return wrong("for u = −1, −2 you give zeros: that is a ReLU, and the negative half is lost")
		case !all(values, float32(sign)):
			return wrong("for u = %g, %g you give %v", sign, 2*sign, values)
		case gradients[0] != float32(sign):
			return wrong("the value is right, but the gradient is %v: something stops it", gradients)
		}
	}
	return right("two ReLUs, and nothing is lost: a network of such pairs begins as a linear function")
}
