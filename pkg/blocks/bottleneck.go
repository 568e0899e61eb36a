// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/bottleneck.go

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

// Bottleneck is a residual block of three layers: narrow, look around, widen fourfold.
//
//	y = ReLU(F(x) + P(x)),  F = BN ∘ conv1×1 ∘ ReLU ∘ BN ∘ conv3×3 ∘ ReLU ∘ BN ∘ conv1×1
//
// It is the unit of He et al. 2015, Deep Residual Learning for Image Recognition (arXiv:1512.03385), Fig. 5 right. P is x
// itself where the shape stays and BN ∘ conv1×1 where it changes (eq. 2 and option B of Sec. 3.3).
// Departure from the authors' released models: the stride sits on the 3×3 convolution, as in most code since, not on the
// first 1×1, where it would throw away three pixels of four unseen.
//
// Input [batch, h, w, in], output [batch, ⌈h/stride⌉, ⌈w/stride⌉, 4·channels].
// Parameters: in·channels + 9·channels² + 4·channels² + 12·channels, and (in + 2)·4·channels for the projection.
func Bottleneck(scope *model.Scope, x *Node, channels, stride int) *Node {
	if x.Rank() != 4 || channels < 1 || stride < 1 {
		exceptions.Panicf("blocks.Bottleneck: want x [batch, height, width, channels], channels ≥ 1 and stride ≥ 1, "+
			"got x %s, channels %d, stride %d", x.Shape(), channels, stride)
	}
	conv := func(scope *model.Scope, x *Node, kernelSize, channels, stride int) *Node {
		return layers.Convolution(scope.WithInitializer(initializer.HeFn(scope)), x).CurrentScope().
			Channels(channels).KernelSize(kernelSize).Strides(stride).PadSame().UseBias(false).Done()
	}
	bn := func(scope *model.Scope, x *Node) *Node {
		y := ConvertDType(x, dtypes.Float32) // running averages of low precision would round small updates away
		y = norm.BatchNorm(scope, y, -1).Momentum(0.9).Epsilon(1e-5).Done()
		return ConvertDType(y, x.DType())
	}
	y := bn(scope.In("norm1"), conv(scope.In("conv1"), x, 1, channels, 1))                      // [batch, h, w, channels]
	y = bn(scope.In("norm2"), conv(scope.In("conv2"), activation.Relu(y), 3, channels, stride)) // [batch, h/stride, w/stride, channels]
	y = bn(scope.In("norm3"), conv(scope.In("conv3"), activation.Relu(y), 1, 4*channels, 1))    // [batch, h/stride, w/stride, 4·channels]

	shortcut := x
	if stride > 1 || x.Shape().Dim(-1) != 4*channels {
		shortcut = bn(scope.In("projection_norm"), conv(scope.In("projection"), x, 1, 4*channels, stride))
	}
	return activation.Relu(Add(y, shortcut))
}
