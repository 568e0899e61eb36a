// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Opening checks f, which gives how far a gate is open, from 0 to 1, whose convolution gives 0 and whose bias is the given
// one.
func Opening(f func(bias float64) float64) string {
	return formula(f, sigmoid, []float64{-1, 0, -3, 2}, func(b float64) string { return fmt.Sprintf("bias %g", b) },
		"a bias of −1 leaves the gate about a quarter open",
		mistake[float64]{func(b float64) float64 { return sigmoid(-b) }, "That is what is carried, 1 − T."},
		mistake[float64]{math.Tanh, "A gate is a sigmoid, between 0 and 1; tanh reaches below 0."})
}

type gates struct {
	bias float64
	n    int
}

// Carried checks f, which gives the part of x that passes n blocks on the direct path while every gate stands where its
// bias puts it.
func Carried(f func(bias float64, n int) float64) string {
	return formula(func(g gates) float64 { return f(g.bias, g.n) },
		func(g gates) float64 { return math.Pow(1-sigmoid(g.bias), float64(g.n)) }, []gates{{-1, 1}, {-1, 9}, {-3, 27}, {0, 3}},
		func(g gates) string { return fmt.Sprintf("bias %g, n = %d", g.bias, g.n) }, "the deeper the network, the lower the bias has to be",
		mistake[gates]{func(g gates) float64 { return math.Pow(sigmoid(g.bias), float64(g.n)) }, "That is the product of the T; carried is 1 − T."},
		mistake[gates]{func(g gates) float64 { return 1 - sigmoid(g.bias) }, "That is one block."})
}

// Highway checks a merge of a branch's result h, the gate t and the block's input x, all of one shape.
func Highway(merge func(h, t, x *graph.Node) *graph.Node) string {
	for _, open := range []float64{0, 1, 0.25} {
		values, gradients, problem := valuesAndGradients(func(x *graph.Node) *graph.Node {
			return merge(graph.MulScalar(x, 3), graph.AddScalar(graph.MulScalar(graph.OnesLike(x), open-1), 1), x)
		})
		want := float32(3*open + 1 - open)
		switch {
		case problem != "":
			return wrong("%s", problem)
		case open == 0 && all(values, 3):
			return wrong("with the gate shut you give H(x): a shut gate carries x")
		case !all(values, want):
			return wrong("for H(x) = 3x, T = %g and x = 1, 2 you give %v, it is [%g %g]", open, values, want, 2*want)
		case gradients[0] != want:
			return wrong("the value is right, but for T = %g the gradient is %g, it is %g: something stops it", open, gradients[0], want)
		}
	}
	return right("shut it carries, open it transforms, and in between it mixes")
}
