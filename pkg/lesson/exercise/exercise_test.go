// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// Every check accepts its solution, and gives each mistake the remark that helps.
func TestVerdicts(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Guess(func(n int) float64 { return math.Log(float64(n)) }), "✓"},
		{Guess(func(n int) float64 { return -math.Log(float64(n)) }), "the sign"},
		{Guess(func(n int) float64 { return 1 / float64(n) }), "the probability"},
		{Guess(func(n int) float64 { return math.Log10(float64(n)) }), "natural"},
		{Guess(func(int) float64 { return 0 }), "you give 0, it is 2.303"},

		{Softmax(softmax), "✓"},
		{Softmax(func(s []float64) []float64 { return nil }), "0 probabilities came out"},
		{Softmax(func(s []float64) []float64 { return s }), "score 0 gets probability 0"},
		{Softmax(naive), "too large for a float64"},

		{WeightGradient(weightGradient(func(p, target float64) float64 { return p - target })), "✓"},
		{WeightGradient(weightGradient(func(p, target float64) float64 { return target - p })), "the sign"},
		{WeightGradient(weightGradient(func(p, _ float64) float64 { return p })), "p − 1"},
		{WeightGradient(weightGradient(func(p, target float64) float64 { return (p - target) * target })), "not 0"},
		{WeightGradient(weightGradient(func(p, _ float64) float64 { return 3 * p })), "it is [[1 -2]"},
		{WeightGradient(func([]float64, int, []float64) [][]float64 { return nil }), "0 rows"},
		{WeightGradient(func([]float64, int, []float64) [][]float64 { return make([][]float64, 3) }), "0 columns"},
		{WeightGradient(func([]float64, int, []float64) [][]float64 { return [][]float64{{1, -1.5, 0.5}, {-2, 3, -1}} }), "the other way round"},

		{Gain(func(s float64, n int) float64 { return math.Pow(s, float64(n)) }), "✓"},
		{Gain(func(s float64, n int) float64 { return s * float64(n) }), "do not add up"},
		{Gain(func(float64, int) float64 { return math.NaN() }), "you give NaN"},

		{Sees(func(n int) int { return 2*n + 1 }), "✓"},
		{Sees(func(n int) int { return 3 * n }), "not three"},
		{Sees(func(n int) int { return int(math.Pow(3, float64(n))) }), "share most"},

		{Copies([3][3]float64{{0, 0, 0}, {0, 1, 0}, {0, 0, 0}}), "✓"},
		{Copies([3][3]float64{}), "black"},
		{Copies([3][3]float64{{0, 0, 0}, {0.5, 0, 0.5}, {0, 0, 0}}), "blurs"},
		{Copies([3][3]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}), "mixes 9"},
		{Copies([3][3]float64{{0, 1, 0}, {0, 0, 0}, {0, 0, 0}}), "moves the image"},
		{Copies([3][3]float64{{0, 0, 0}, {0, 2, 0}, {0, 0, 0}}), "by 2"},

		{Paths(func(n, k int) int { return binomial(n, k) }), "✓"},
		{Paths(func(n, k int) int { return 1 << n }), "of any length"},
		{Paths(func(n, k int) int { return n * k }), "n over k"},

		{Halved(func(n int) float64 { return math.Pow(2, -float64(n)) }), "✓"},
		{Halved(func(int) float64 { return 1 }), "holds for F(x) + x"},
		{Halved(func(n int) float64 { return float64(n) / 2 }), "do not add up"},

		{PathsLeft(func(_, k int) float64 { return math.Pow(2, -float64(k)) }), "✓"},
		{PathsLeft(func(n, k int) float64 { return float64(n-k) / float64(n) }), "share of the blocks"},
		{PathsLeft(func(n, k int) float64 { return math.Pow(2, float64(n-k)) }), "not their share"},
		{Along(func(n, k int, s float64) float64 { return float64(binomial(n, k)) * math.Pow(s, float64(k)) }), "✓"},
		{Along(func(_, k int, s float64) float64 { return math.Pow(s, float64(k)) }), "one path"},
		{Along(func(n, k int, _ float64) float64 { return float64(binomial(n, k)) }), "counts the paths"},
		{Carry(carryRight), "✓"},
		{Carry(func(x *graph.Node) *graph.Node { return x }), "must be [1 2 2 4]"},
		{Carry(func(*graph.Node) *graph.Node { return nil }), "nil"},
		{Carry(func(x *graph.Node) *graph.Node {
			s := everyOther(x)
			return graph.Concatenate([]*graph.Node{graph.ZerosLike(s), s}, -1)
		}), "zeros come first"},
		{Carry(func(x *graph.Node) *graph.Node {
			s := everyOther(x)
			return graph.Concatenate([]*graph.Node{s, s}, -1)
		}), "twice"},
		{Carry(func(x *graph.Node) *graph.Node {
			return graph.Reshape(graph.Slice(x, graph.AxisRange(), graph.AxisRange(0, 2)), 1, 2, 2, 4)
		}), "pixel 0"},
		{ReLUAfterSum(func(f, x *graph.Node) *graph.Node { return graph.MaxScalar(graph.Add(f, x), 0) }), "✓"},
		{ReLUAfterSum(func(f, x *graph.Node) *graph.Node { return graph.Add(graph.MaxScalar(f, 0), x) }), "only add"},
		{ReLUAfterSum(func(f, x *graph.Node) *graph.Node { return graph.Add(f, x) }), "ReLU is missing"},
		{ReLUAfterSum(func(f, _ *graph.Node) *graph.Node { return f }), "you give [3 6]"},
		{Shattered(func(r, floor float64) int { return int(math.Floor(math.Log(floor)/math.Log(r))) + 1 }), "✓"},
		{Shattered(func(r, floor float64) int { return int(math.Floor(math.Log(floor) / math.Log(r))) }), "Round up"},
		{Layerwise(func(w, g, rate float64) float64 { return rate * w / g }), "✓"},
		{Layerwise(func(_, _, rate float64) float64 { return rate }), "ordinary step"},
		{Layerwise(func(w, g, rate float64) float64 { return rate * g / w }), "other way round"},
		{Layerwise(func(_, g, rate float64) float64 { return rate / g }), "equally long"},
		{Layerwise(func(w, _, rate float64) float64 { return rate * w }), "length of the step"},
		{LooksLinear(func(p, n *graph.Node) *graph.Node { return graph.Sub(p, n) }), "✓"},
		{LooksLinear(func(p, n *graph.Node) *graph.Node { return graph.Add(p, n) }), "|u|"},
		{LooksLinear(func(p, _ *graph.Node) *graph.Node { return p }), "negative half"},
		{LooksLinear(func(p, n *graph.Node) *graph.Node { return graph.Sub(n, p) }), "you give [-1 -2]"},
		{LooksLinear(func(p, n *graph.Node) *graph.Node { return graph.StopGradient(graph.Sub(p, n)) }), "something stops it"},

		{FilterNormalised(toLength(func(step, own float64) float64 { return own / step })), "✓"},
		{FilterNormalised(toLength(func(_, _ float64) float64 { return 1 })), "the step itself"},
		{FilterNormalised(toLength(func(step, _ float64) float64 { return 1 / step })), "length 1"},
		{FilterNormalised(toLength(func(_, own float64) float64 { return own })), "its own length first"},
		{FilterNormalised(toLength(func(step, own float64) float64 { return -own / step })), "points elsewhere"},
		{FilterNormalised(toLength(func(_, _ float64) float64 { return 3 })), "of length 15"},
		{FilterNormalised(func(_, _ []float64) []float64 { return nil }), "you give 0"},

		{Backward(backward(1, false)), "✓"},
		{Backward(backward(0, false)), "the plain block"},
		{Backward(backward(1, true)), "along column j"},
		{Backward(backward(0, true)), "along column j"},
		{Backward(backward(2, false)), "it is [53 83]"},
		{Backward(func([][]float64, []float64) []float64 { return nil }), "you give 0"},

		{Residual(graph.Add), "✓"},
		{Residual(func(f, x *graph.Node) *graph.Node { return f }), "the input is missing"},
		{Residual(func(f, x *graph.Node) *graph.Node { return graph.MulScalar(graph.Add(f, x), 0.5) }), "the mean"},
		{Residual(func(f, x *graph.Node) *graph.Node { return x }), "it is [4 8]"},
		{Residual(func(f, x *graph.Node) *graph.Node { return graph.Add(f, graph.StopGradient(x)) }), "something stops it"},
		{Residual(func(f, x *graph.Node) *graph.Node { return nil }), "returns nil"},
		{Residual(func(f, x *graph.Node) *graph.Node { return graph.Concatenate([]*graph.Node{f, x}, 0) }), "must be equal"},
		{Residual(func(f, x *graph.Node) *graph.Node { return graph.Add(f, graph.ReduceAllSum(graph.Reshape(x, 3))) }), "cannot be built"},

		{Opening(sigmoid), "✓"},
		{Opening(func(b float64) float64 { return sigmoid(-b) }), "what is carried"},
		{Opening(math.Tanh), "tanh"},

		{Carried(func(b float64, n int) float64 { return math.Pow(1-sigmoid(b), float64(n)) }), "✓"},
		{Carried(func(b float64, n int) float64 { return math.Pow(sigmoid(b), float64(n)) }), "product of the T"},
		{Carried(func(b float64, n int) float64 { return 1 - sigmoid(b) }), "one block"},

		{Highway(func(h, t, x *graph.Node) *graph.Node {
			return graph.Add(graph.Mul(h, t), graph.Mul(x, graph.OneMinus(t)))
		}), "✓"},
		{Highway(func(h, t, x *graph.Node) *graph.Node {
			return graph.Add(graph.Mul(x, t), graph.Mul(h, graph.OneMinus(t)))
		}), "a shut gate carries"},
		{Highway(func(h, t, x *graph.Node) *graph.Node { return graph.Add(graph.Mul(h, t), x) }), "T = 1"},
		{Highway(func(h, t, x *graph.Node) *graph.Node {
			return graph.Add(graph.Mul(h, t), graph.Mul(graph.StopGradient(x), graph.OneMinus(t)))
		}), "something stops it"},

		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return g1 + j21*(g2+j32*g3) + j31*g3 }), "✓"},
		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return g1 + j21*g2 + j31*g3 }), "through layer 2"},
		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return j21*g2 + j31*g3 + j21*j32*g3 }), "The direct way"},
		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return j21 * j32 * g3 }), "longest"},
		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return g1 + j21*g2 + j31*g3 + j32*g3 }), "passes J32 and J21"},
		{Arrives(func(g1, g2, g3, j21, j31, j32 float64) float64 { return 0 }), "you give 0, it is 1321"},

		{Reads(func(k0, k, l int) int { return k0 + (l-1)*k }), "✓"},
		{Reads(func(k0, k, l int) int { return k0 + l*k }), "itself"},
		{Reads(func(k0, k, l int) int { return k }), "all before it"},

		{Weights(func(k0, k, n int) int { return 9 * k * (n*k0 + k*n*(n-1)/2) }), "✓"},
		{Weights(func(k0, k, n int) int { return k * (n*k0 + k*n*(n-1)/2) }), "nine weights"},
		{Weights(func(k0, k, n int) int { return 9 * k0 * k * n }), "more than k0"},

		{Dense(func(x, f *graph.Node) *graph.Node { return graph.Concatenate([]*graph.Node{x, f}, -1) }), "✓"},
		{Dense(func(x, f *graph.Node) *graph.Node { return graph.Concatenate([]*graph.Node{f, x}, -1) }), "f comes first"},
		{Dense(func(x, f *graph.Node) *graph.Node { return x }), "the last axis"},
		{Dense(func(x, f *graph.Node) *graph.Node { return graph.Neg(graph.Concatenate([]*graph.Node{x, f}, -1)) }), "the values are"},
		{Dense(func(x, f *graph.Node) *graph.Node { return nil }), "returns nil"},

		{StandardError(func(p float64, n int) float64 { return math.Sqrt(p * (1 - p) / float64(n)) }), "✓"},
		{StandardError(func(p float64, n int) float64 { return p * (1 - p) / float64(n) }), "the root"},
		{StandardError(func(p float64, n int) float64 { return math.Sqrt(p * (1 - p)) }), "single answer"},

		{MultiplyAdds(func(side, k, in, out int) int { return side * side * k * k * in * out }), "✓"},
		{MultiplyAdds(func(side, k, in, out int) int { return k * k * in * out }), "the weights"},
		{MultiplyAdds(func(side, k, in, out int) int { return side * side * k * in * out }), "two sides"},

		{Recall(recall), "✓"},
		{Recall(func(c [][]int, i int) float64 { return float64(c[i][i]) / float64(c[0][i]+c[1][i]+c[2][i]) }), "precision"},
		{Recall(func(c [][]int, i int) float64 { return float64(c[i][i]) / 40 }), "not by all"},

		{Vote(majority), "✓"},
		{Vote(func(p []int32) int32 { return p[0] }), "first network's"},
		{Vote(func(p []int32) int32 { return p[len(p)-1] }), "last network's"},
		{Vote(slices.Min[[]int32]), "predictions [5 3 5 8]: you give 3, it is 5"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%q, want %q in it", test.got, test.want)
		}
	}
}

func naive(scores []float64) []float64 {
	sum, p := 0.0, make([]float64, len(scores))
	for i, s := range scores {
		p[i] = math.Exp(s)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func softmax(scores []float64) []float64 {
	shifted := make([]float64, len(scores))
	greatest := math.Inf(-1)
	for _, s := range scores {
		greatest = max(greatest, s)
	}
	for i, s := range scores {
		shifted[i] = s - greatest
	}
	return naive(shifted)
}

func binomial(n, k int) int {
	if k == 0 || k == n {
		return 1
	}
	return binomial(n-1, k-1) + binomial(n-1, k)
}

func recall(counts [][]int, class int) float64 {
	sum := 0
	for _, n := range counts[class] {
		sum += n
	}
	return float64(counts[class][class]) / float64(sum)
}

func TestMajority(t *testing.T) {
	for _, test := range []struct {
		predictions []int32
		want        int32
	}{
		{[]int32{2}, 2}, {[]int32{1, 2}, 2}, {[]int32{2, 1, 2, 1}, 1}, {[]int32{4, 4, 1, 2}, 4}, {[]int32{1, 1, 2, 2, 3}, 3}, {[]int32{1, 2, 3, 3}, 3},
	} {
		for range 20 { // maps are read in random order
			if got := majority(test.predictions); got != test.want {
				t.Errorf("%v: %d, want %d", test.predictions, got, test.want)
			}
		}
	}
}

// weightGradient has in row k the numbers of x times what top makes of the probability of class k and its target.
func weightGradient(top func(p, target float64) float64) func(p []float64, label int, x []float64) [][]float64 {
	return func(p []float64, label int, x []float64) [][]float64 {
		var rows [][]float64
		for k := range p {
			target := 0.0
			if k == label {
				target = 1
			}
			var row []float64
			for j := range x {
				row = append(row, top(p[k], target)*x[j])
			}
			rows = append(rows, row)
		}
		return rows
	}
}

// backward hands on so many times the gradient itself, and what the columns or the rows of the Jacobian make of it.
func backward(direct float64, rows bool) func(jacobian [][]float64, gradient []float64) []float64 {
	return func(jacobian [][]float64, gradient []float64) []float64 {
		x := make([]float64, len(gradient))
		for j := range x {
			x[j] = direct * gradient[j]
			for i := range gradient {
				if rows {
					x[j] += jacobian[j][i] * gradient[i]
				} else {
					x[j] += jacobian[i][j] * gradient[i]
				}
			}
		}
		return x
	}
}

func everyOther(x *graph.Node) *graph.Node {
	every := graph.AxisRange().Stride(2)
	return graph.Slice(x, graph.AxisRange(), every, every, graph.AxisRange())
}

func carryRight(x *graph.Node) *graph.Node {
	s := everyOther(x)
	return graph.Concatenate([]*graph.Node{s, graph.ZerosLike(s)}, -1)
}

// toLength multiplies a step by what a function makes of its length and the filter's.
func toLength(factor func(step, own float64) float64) func(step, own []float64) []float64 {
	return func(step, own []float64) []float64 {
		by := factor(math.Hypot(math.Hypot(step[0], step[1]), step[2]), math.Hypot(math.Hypot(own[0], own[1]), own[2]))
		for i := range step {
			step[i] *= by
		}
		return step
	}
}
