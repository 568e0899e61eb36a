// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/highway.go

package blocks

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Highway learns, at each position and channel, how much of its input to transform and how much to carry along:
//
//	y = H(x)·T(x) + x·(1 − T(x)),  H = ReLU ∘ BN ∘ conv3×3 ∘ ReLU ∘ BN ∘ conv3×3,  T = σ(conv3×3(x) + b)
//
// It is eq. 3 of Srivastava, Greff and Schmidhuber 2015, Highway Networks (arXiv:1505.00387). The bias b starts at gateBias,
// below zero so that a new net carries (Sec. 2.2). Measured here: −1 suits 20 layers (nine gates), −3 suits 56 layers (27 gates).
// Training Very Deep Networks (arXiv:1507.06228, Sec. 2.2) has −1, −2, −3 for about 10, 20, 30 layers.
// Two departures. H is two layers with batch normalisation, exactly the Plain block; the paper's is one layer without.
// Where the shape changes, x is carried as in Residual: every stride-th pixel, with channels of zeros appended. Sec. 2.1 allows
// that; the paper's own nets have a plain layer there.
//
// Input [batch, h, w, in] with in ≤ channels, output [batch, ⌈h/stride⌉, ⌈w/stride⌉, channels].
// Parameters: 18·in·channels + 9·channels² + 5·channels.
func Highway(scope *model.Scope, x *Node, channels, stride int, gateBias float64) *Node {
	if x.Rank() != 4 || channels < x.Shape().Dim(-1) || stride < 1 {
		exceptions.Panicf("blocks.Highway: want x [batch, height, width, in], channels ≥ in and stride ≥ 1, "+
			"got x %s, channels %d, stride %d", x.Shape(), channels, stride)
	}
	conv := func(scope *model.Scope, x *Node, stride int) *Node {
		return layers.Convolution(scope.WithInitializer(initializer.HeFn(scope)), x).CurrentScope().
			Channels(channels).KernelSize(3).Strides(stride).PadSame().UseBias(false).Done()
	}
	bn := func(scope *model.Scope, x *Node) *Node {
		y := ConvertDType(x, dtypes.Float32) // running averages of low precision would round small updates away
		y = norm.BatchNorm(scope, y, -1).Momentum(0.9).Epsilon(1e-5).Done()
		return ConvertDType(y, x.DType())
	}
	h := activation.Relu(bn(scope.In("norm1"), conv(scope.In("conv1"), x, stride))) // [batch, h/stride, w/stride, channels]
	h = activation.Relu(bn(scope.In("norm2"), conv(scope.In("conv2"), h, 1)))       // [batch, h/stride, w/stride, channels]

	gate := scope.In("gate")
	startAt := func(g *Graph, shape shapes.Shape) *Node { return MulScalar(Ones(g, shape), gateBias) }
	bias := gate.WithInitializer(startAt).VariableWithShape("biases", shapes.Make(x.DType(), channels)).NodeValue(x.Graph())
	t := Sigmoid(Add(conv(gate, x, stride), Reshape(bias, 1, 1, 1, channels))) // [batch, h/stride, w/stride, channels]

	carried := x
	if stride > 1 {
		every := AxisRange().Stride(stride)
		carried = Slice(carried, AxisRange(), every, every, AxisRange()) // [batch, h/stride, w/stride, in]
	}
	if missing := channels - x.Shape().Dim(-1); missing > 0 {
		zeros := Zeros(x.Graph(), shapes.Make(x.DType(), t.Shape().Dim(0), t.Shape().Dim(1), t.Shape().Dim(2), missing))
		carried = Concatenate([]*Node{carried, zeros}, -1) // [batch, h/stride, w/stride, channels]
	}
	return Add(Mul(h, t), Mul(carried, OneMinus(t)))
}
