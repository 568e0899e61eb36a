// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/residual.go

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

// Residual adds its input to what two layers compute from it:
//
//	y = ReLU(F(x) + x),  F = BN ∘ conv3×3 ∘ ReLU ∘ BN ∘ conv3×3
//
// It is the unit of He et al. 2015, Deep Residual Learning for Image Recognition (arXiv:1512.03385), eq. 1 and Fig. 2.
// Nothing departs from the paper. Where the shape changes the shortcut takes every stride-th pixel and appends channels of zeros:
// option A of Sec. 3.3. It has no parameters, so a residual net has exactly as many as the plain one.
//
// Input [batch, h, w, in] with in ≤ channels, output [batch, ⌈h/stride⌉, ⌈w/stride⌉, channels].
// Parameters: 9·in·channels + 9·channels² + 4·channels.
func Residual(scope *model.Scope, x *Node, channels, stride int) *Node {
	if x.Rank() != 4 || channels < x.Shape().Dim(-1) || stride < 1 {
		exceptions.Panicf("blocks.Residual: want x [batch, height, width, in], channels ≥ in and stride ≥ 1, "+
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
	y := activation.Relu(bn(scope.In("norm1"), conv(scope.In("conv1"), x, stride))) // [batch, h/stride, w/stride, channels]
	y = bn(scope.In("norm2"), conv(scope.In("conv2"), y, 1))                        // [batch, h/stride, w/stride, channels]

	shortcut := x
	if stride > 1 {
		every := AxisRange().Stride(stride)
		shortcut = Slice(shortcut, AxisRange(), every, every, AxisRange()) // [batch, h/stride, w/stride, in]
	}
	if missing := channels - x.Shape().Dim(-1); missing > 0 {
		zeros := Zeros(x.Graph(), shapes.Make(x.DType(), y.Shape().Dim(0), y.Shape().Dim(1), y.Shape().Dim(2), missing))
		shortcut = Concatenate([]*Node{shortcut, zeros}, -1) // [batch, h/stride, w/stride, channels]
	}
	return activation.Relu(Add(y, shortcut))
}
