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

// Everything in this file follows Huang, Liu, van der Maaten and Weinberger 2016, Densely Connected Convolutional Networks
// (arXiv:1608.06993).

// DenseLayer appends growthRate new channels to its input and passes both on:
//
//	y = [x, F(x)],  F = conv3×3 ∘ ReLU ∘ BN
//
// It is eq. 2 of the paper, its composite function and its growth rate (Sec. 3).
// Departure: no dropout, which the paper uses only where it trains without augmentation.
//
// Input [batch, h, w, in], output [batch, h, w, in + growthRate]; the first in channels are x.
// Parameters: 9·in·growthRate + 2·in.
func DenseLayer(scope *model.Scope, x *Node, growthRate int) *Node {
	y := denseConv(scope, denseNormReLU(scope, x), growthRate, 3) // [batch, h, w, growthRate]
	return Concatenate([]*Node{x, y}, -1)
}

// DenseLayerBottleneck is DenseLayer with a 1×1 convolution to 4·growthRate channels first (DenseNet-B), so that the 3×3
// convolution costs the same however many layers came before:
//
//	y = [x, F(x)],  F = conv3×3 ∘ ReLU ∘ BN ∘ conv1×1 ∘ ReLU ∘ BN
//
// Input [batch, h, w, in], output [batch, h, w, in + growthRate]; the first in channels are x.
// Parameters: 4·in·growthRate + 2·in + 36·growthRate² + 8·growthRate.
func DenseLayerBottleneck(scope *model.Scope, x *Node, growthRate int) *Node {
	narrow, grow := scope.In("narrow"), scope.In("grow")
	y := denseConv(narrow, denseNormReLU(narrow, x), 4*growthRate, 1) // [batch, h, w, 4·growthRate]
	y = denseConv(grow, denseNormReLU(grow, y), growthRate, 3)        // [batch, h, w, growthRate]
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
// Departure: it pools before it convolves. Both are linear and commute, so the values are the same for a quarter of the work.
//
// Input [batch, h, w, in], output [batch, ⌊h/2⌋, ⌊w/2⌋, channels]: a last row or column that fills no square is left out, as in the
// authors' code. Parameters: in·channels + 2·in.
func Transition(scope *model.Scope, x *Node, channels int) *Node {
	if x.Rank() != 4 || x.Shape().Dim(1) < 2 || x.Shape().Dim(2) < 2 {
		exceptions.Panicf("blocks.Transition: want x [batch, height, width, in] of at least 2×2 pixels, got x %s", x.Shape())
	}
	batch, h, w, in := x.Shape().Dim(0), x.Shape().Dim(1)/2, x.Shape().Dim(2)/2, x.Shape().Dim(3)
	y := denseNormReLU(scope, x) // [batch, height, width, in]
	if x.Shape().Dim(1) != 2*h || x.Shape().Dim(2) != 2*w {
		y = Slice(y, AxisRange(), AxisRange(0, 2*h), AxisRange(0, 2*w)) // [batch, 2h, 2w, in]
	}
	y = ReduceMean(Reshape(y, batch, h, 2, w, 2, in), 2, 4) // [batch, h, w, in]
	return denseConv(scope, y, channels, 1)                 // [batch, h, w, channels]
}

// denseNormReLU is ReLU ∘ BN: [batch, h, w, in] → [batch, h, w, in].
func denseNormReLU(scope *model.Scope, x *Node) *Node {
	if x.Rank() != 4 {
		exceptions.Panicf("blocks: %s: want x [batch, height, width, channels], got x %s", scope.Scope(), x.Shape())
	}
	y := ConvertDType(x, dtypes.Float32) // running averages of low precision would round small updates away
	y = norm.BatchNorm(scope.In("norm"), y, -1).Momentum(0.9).Epsilon(1e-5).Done()
	return activation.Relu(ConvertDType(y, x.DType()))
}

// denseConv is a convolution: [batch, h, w, in] → [batch, h, w, channels].
func denseConv(scope *model.Scope, x *Node, channels, kernelSize int) *Node {
	if channels < 1 {
		exceptions.Panicf("blocks: %s: want at least 1 channel to write, got %d, for x %s", scope.Scope(), channels, x.Shape())
	}
	return layers.Convolution(scope.In("conv").WithInitializer(initializer.HeFn(scope)), x).CurrentScope().
		Channels(channels).KernelSize(kernelSize).PadSame().UseBias(false).Done()
}
