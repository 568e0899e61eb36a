// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/pkg/lesson"
)

// PathsLeft checks f, which gives the share of the paths through n residual blocks that are left without k of the blocks' branches.
func PathsLeft(f func(n, k int) float64) string {
	return formula(func(c choice) float64 { return f(c.n, c.k) }, func(c choice) float64 { return math.Pow(0.5, float64(c.k)) },
		[]choice{{27, 1}, {27, 3}, {9, 1}, {9, 0}},
		func(c choice) string { return fmt.Sprintf("n = %d, k = %d", c.n, c.k) }, "each branch that is gone takes half of the paths with it, however many blocks there are",
		mistake[choice]{func(c choice) float64 { return float64(c.n-c.k) / float64(c.n) }, "That is the share of the blocks. A path that takes the missing branch is gone: how many do?"},
		mistake[choice]{func(c choice) float64 { return math.Pow(2, float64(c.n-c.k)) }, "That is the number of paths, not their share."})
}

type bundle struct {
	n, k int
	s    float64
}

// Along checks f, which gives the length of the gradient along all paths of k branches through n blocks, taken together, when a
// branch multiplies it by s.
func Along(f func(n, k int, s float64) float64) string {
	count := func(b bundle) float64 { return math.Exp(lchoose(b.n, b.k)) }
	return formula(func(b bundle) float64 { return f(b.n, b.k, b.s) }, func(b bundle) float64 { return count(b) * math.Pow(b.s, float64(b.k)) },
		[]bundle{{9, 1, 0.5}, {9, 4, 0.5}, {27, 5, 0.3}, {9, 0, 0.5}},
		func(b bundle) string { return fmt.Sprintf("n = %d, k = %d, s = %g", b.n, b.k, b.s) }, "with s below 1 the short paths bring more than their share; the sum over all lengths is (1 + s)ⁿ",
		mistake[bundle]{func(b bundle) float64 { return math.Pow(b.s, float64(b.k)) }, "That is one path. How many are there?"},
		mistake[bundle]{count, "That counts the paths. How long is what comes along each?"},
		mistake[bundle]{func(b bundle) float64 { return count(b) * b.s * float64(b.k) }, "The factors of a path multiply; they do not add up."})
}

func lchoose(n, k int) float64 {
	factorial := func(n int) float64 { v, _ := math.Lgamma(float64(n + 1)); return v }
	return factorial(n) - factorial(k) - factorial(n-k)
}

// Carry checks f, which hands x [1, 4, 4, 2] on as [1, 2, 2, 4]: every other pixel, and channels of zeros.
func Carry(f func(x *graph.Node) *graph.Node) string {
	backend, err := lesson.Backend()
	if err != nil {
		return wrong("%v", err)
	}
	in := make([]float32, 32)
	for i := range in {
		in[i] = float32(i + 1)
	}
	out, err := graph.CallOnce(backend, func(x *graph.Node) *graph.Node {
		y := f(x)
		if y == nil {
			panic(fmt.Errorf("the function returns nil"))
		}
		return y
	}, tensors.FromFlatDataAndDimensions(in, 1, 4, 4, 2))
	if err != nil {
		return wrong("this cannot be built: %v", err)
	}
	if got := fmt.Sprint(out.Shape().Dimensions); got != "[1 2 2 4]" {
		return wrong("x is [1 4 4 2], and your result %s: it must be [1 2 2 4]", got)
	}
	got := tensors.MustCopyFlatData[float32](out)
	for p, first := range []int{0, 4, 16, 20} { // the even rows and columns, in x
		pixel := got[4*p : 4*p+4]
		switch {
		case pixel[0] == float32(first+1) && pixel[1] == float32(first+2) && pixel[2] == 0 && pixel[3] == 0:
		case pixel[2] == pixel[0] && pixel[3] == pixel[1] && pixel[0] != 0:
			return wrong("x is there twice: the appended channels must be zeros")
		case pixel[2] == float32(first+1) && pixel[3] == float32(first+2):
			return wrong("the zeros come first: the next block would find x in other channels")
		default:
			return wrong("pixel %d of your result is %v, it is [%d %d 0 0]", p, pixel, first+1, first+2)
		}
	}
	return right("no weights, and nothing is computed: a fair replacement for any block of this shape")
}

// ReLUAfterSum checks the end of a residual block, which gets a branch's result f and the block's input x: ReLU(f + x).
func ReLUAfterSum(end func(f, x *graph.Node) *graph.Node) string {
	for _, factor := range []float64{3, -0.5, -2} {
		values, _, problem := valuesAndGradients(func(x *graph.Node) *graph.Node { return end(graph.MulScalar(x, factor), x) })
		want := float32(max(0, 1+factor))
		switch {
		case problem != "":
			return wrong("%s", problem)
		case all(values, want):
		case factor < 0 && all(values, 1):
			return wrong("for F(x) = %gx you give x: the branch can only add. A block like that never makes a number smaller", factor)
		case factor == -2 && all(values, -1):
			return wrong("for F(x) = −2x you give −x: the sum is right, and the ReLU is missing")
		default:
			return wrong("for F(x) = %gx and x = 1, 2 you give %v, it is [%g %g]", factor, values, want, 2*want)
		}
	}
	return right("the branch may add and take away; the ReLU comes after the sum")
}
