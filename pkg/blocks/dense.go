// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/dense.go

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

// All of this file is Huang, Liu, van der Maaten and Weinberger 2016, Densely Connected Convolutional Networks
// (arXiv:1608.06993).

// DenseLayer appends growthRate new channels to its input and hands on both:
//
//	y = [x, F(x)],  F = conv3×3 ∘ ReLU ∘ BN
//
// It is eq. 2 of the paper, its composite function and its growth rate (Sec. 3).
// Departure: no dropout, which the paper uses only where it trains without augmentation.
//
// Input [batch, h, w, in], output [batch, h, w, in + growthRate]; the first in channels are x.
// Parameters: 9·in·growthRate + 2·in.
func DenseLayer(scope *model.Scope, x *Node, growthRate int) *Node {
	return Concatenate([]*Node{x, bnReLUConv(scope, x, growthRate, 3)}, -1)
}

// DenseLayerBottleneck is DenseLayer with a 1×1 convolution to 4·growthRate channels first (DenseNet-B), so that the 3×3
// convolution costs the same however many layers came before:
//
//	y = [x, F(x)],  F = conv3×3 ∘ ReLU ∘ BN ∘ conv1×1 ∘ ReLU ∘ BN
//
// Input [batch, h, w, in], output [batch, h, w, in + growthRate]; the first in channels are x.
// Parameters: 4·in·growthRate + 2·in + 36·growthRate² + 8·growthRate.
func DenseLayerBottleneck(scope *model.Scope, x *Node, growthRate int) *Node {
	y := bnReLUConv(scope.In("narrow"), x, 4*growthRate, 1) // [batch, h, w, 4·growthRate]
	y = bnReLUConv(scope.In("grow"), y, growthRate, 3)      // [batch, h, w, growthRate]
	return Concatenate([]*Node{x, y}, -1)
}

// DenseBlock is a run of DenseLayers: each reads all that came before it in the block (Fig. 1 of the paper).
//
// Input [batch, h, w, in], output [batch, h, w, in + layers·growthRate]; the first in channels are x.
func DenseBlock(scope *model.Scope, x *Node, layers, growthRate int) *Node {
	for i := range layers {
		x = DenseLayer(scope.In("layer%d", i+1), x, growthRate) // [batch, h, w, in + (i+1)·growthRate]
	}
	return x
}

// DenseBlockBottleneck is a run of DenseLayerBottlenecks. Shapes as in DenseBlock.
func DenseBlockBottleneck(scope *model.Scope, x *Node, layers, growthRate int) *Node {
	for i := range layers {
		x = DenseLayerBottleneck(scope.In("layer%d", i+1), x, growthRate) // [batch, h, w, in + (i+1)·growthRate]
	}
	return x
}

// Transition stands between two dense blocks: only maps of equal height and width can be concatenated, so this is where
// they shrink.
//
//	y = meanpool2×2 ∘ conv1×1 ∘ ReLU ∘ BN
//
// The ReLU is in the authors' code, not in the text of Sec. 3. With channels = ⌊θ·in⌋ and θ < 1 it also compresses (DenseNet-C).
//
// Input [batch, h, w, in], output [batch, ⌊h/2⌋, ⌊w/2⌋, channels]. Parameters: in·channels + 2·in.
func Transition(scope *model.Scope, x *Node, channels int) *Node {
	return MeanPool(bnReLUConv(scope, x, channels, 1)).Window(2).Done()
}

// bnReLUConv is conv ∘ ReLU ∘ BN: [batch, h, w, in] → [batch, h, w, channels].
func bnReLUConv(scope *model.Scope, x *Node, channels, kernelSize int) *Node {
	if x.Rank() != 4 || channels < 1 {
		exceptions.Panicf("blocks: %s: want x [batch, height, width, channels] and at least 1 channel to write, "+
			"got x %s, channels %d", scope.Scope(), x.Shape(), channels)
	}
	y := ConvertDType(x, dtypes.Float32) // running averages of low precision would round small updates away
	y = norm.BatchNorm(scope.In("norm"), y, -1).Momentum(0.9).Epsilon(1e-5).Done()
	y = activation.Relu(ConvertDType(y, x.DType()))
	return layers.Convolution(scope.In("conv").WithInitializer(initializer.HeFn(scope)), y).CurrentScope().
		Channels(channels).KernelSize(kernelSize).PadSame().UseBias(false).Done()
}
