// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/plain.go

package blocks

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Plain is two layers with nothing around them, the control that the other blocks are compared with:
//
//	y = F(x),  F = ReLU ∘ BN ∘ conv3×3 ∘ ReLU ∘ BN ∘ conv3×3
//
// It is the "plain" unit of He et al. 2015, Deep Residual Learning for Image Recognition (arXiv:1512.03385), Fig. 3 middle
// and Sec. 4.2, with no departure from it.
//
// Input [batch, h, w, in], output [batch, ⌈h/stride⌉, ⌈w/stride⌉, channels].
// Parameters: 9·in·channels + 9·channels² + 4·channels.
func Plain(scope *model.Scope, x *Node, channels, stride int) *Node {
	if x.Rank() != 4 || channels < 1 || stride < 1 {
		exceptions.Panicf("blocks.Plain: want x [batch, height, width, channels], channels ≥ 1 and stride ≥ 1, "+
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
	return activation.Relu(bn(scope.In("norm2"), conv(scope.In("conv2"), y, 1)))    // [batch, h/stride, w/stride, channels]
}
