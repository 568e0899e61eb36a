// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"math"
	"slices"

	"github.com/skipnets/skipnets/pkg/blocks"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Stack is the thin net of He et al. 2015 (arXiv:1512.03385, Sec. 4.2) of any two-layer block: a 3×3 stem, three stages of n blocks
// 16, 32 and 64 channels wide at 32×32, 16×16 and 8×8 pixels, and a linear classifier. depth = 6n+2 counts the layers.
// Departure: none for blocks.Plain and blocks.Residual.
func Stack(depth int, block Block, classes int) (Model, error) {
	return stack(depth, 6, fixed(block), stem(1), asIs, classes)
}

// HalfStack is Stack with a stem of stride 2: as deep, with as many weights, at half the resolution, 16×16, 8×8 and 4×4
// pixels, and so a quarter of the work. It is for experiments on depth that a class can repeat.
func HalfStack(depth int, block Block, classes int) (Model, error) {
	return stack(depth, 6, fixed(block), stem(2), asIs, classes)
}

// StackBottleneck is Stack of three-layer bottleneck blocks; its stages are 64, 128 and 256 channels wide. depth = 9n+2.
func StackBottleneck(depth, classes int) (Model, error) {
	return stack(depth, 9, fixed(blocks.Bottleneck), stem(1), asIs, classes)
}

// StackDense is Stack of Dense blocks whose growth rate makes the net about as large as the residual one of that depth
// (24 at depth 20, 15 at 56). Its stages shrink by averaging and have no other width than what has been concatenated.
func StackDense(depth, classes int) (Model, error) {
	return stack(depth, 6, matchedDense, stem(1), asIs, classes)
}

// matchedDense is the Dense block of a stack of so many in a stage.
func matchedDense(perStage int) Block { return Dense(matchedGrowthRate(perStage)) }

// StackPreActivation is Stack of pre-activation blocks (He et al. 2016, arXiv:1603.05027): BN and ReLU move from behind the
// stem to before the classifier. depth = 6n+2.
func StackPreActivation(depth, classes int) (Model, error) {
	bare := func(scope *model.Scope, images *graph.Node) *graph.Node { return conv(scope, images, 16, 3, 1) }
	lastNorm := func(scope *model.Scope, x *graph.Node) *graph.Node { return bnReLU(scope.In("last_norm"), x) }
	return stack(depth, 6, fixed(blocks.PreActivation), bare, lastNorm, classes)
}

// stack is stem, three stages of n blocks, what comes last, and head; depth = perUnit·n + 2.
func stack(depth, perUnit int, block func(perStage int) Block, stem, last Model, classes int) (Model, error) {
	n, err := perStage(depth, perUnit, 2)
	if err == nil {
		err = checkClasses(classes)
	}
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		checkImages(images)
		x := stem(scope.In("stem"), images)       // [batch, 32/stride, 32/stride, 16]
		x = stages(scope, x, n, block(n))         // [batch, 8/stride, 8/stride, 64 for most blocks]
		x = last(scope, x)                        // [batch, 8/stride, 8/stride, 64 for most blocks]
		return head(scope.In("head"), x, classes) // [batch, classes]
	}, nil
}

// fixed is a block that does not depend on how many there are.
func fixed(block Block) func(int) Block { return func(int) Block { return block } }

// stem is a convolution to 16 channels, BN and ReLU.
func stem(stride int) Model {
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		return bnReLU(scope, conv(scope, images, 16, 3, stride))
	}
}

// asIs hands x on.
func asIs(_ *model.Scope, x *graph.Node) *graph.Node { return x }

// stages is three runs of n blocks; the first block of the second and third run halves height and width.
func stages(scope *model.Scope, x *graph.Node, n int, block Block) *graph.Node {
	for stage, channels := range []int{16, 32, 64} {
		scope := scope.In("stage%d", stage+1)
		for i := range n {
			stride := 1
			if stage > 0 && i == 0 {
				stride = 2
			}
			x = Run(scope.In("block%d", i+1), x, func(scope *model.Scope, x *graph.Node) *graph.Node {
				return block(scope, x, channels, stride)
			})
		}
	}
	return x
}

// matchedGrowthRate returns the k for which 3n Dense blocks have about as many weights as 3n residual ones, which have
// 9·(10752n − 2560). Dense block i reads 16 + i·k channels and has 9·(16 + i·k)·k + 9·k² weights, so that
// (9n+3)·k² + 96·k = 21504 − 5120/n. It is 0 for n = 0, a net that is no stack.
func matchedGrowthRate(n int) int {
	if n == 0 {
		return 0
	}
	a, b, c := float64(9*n+3), 96.0, 21504-5120/float64(n)
	return int((math.Sqrt(b*b+4*a*c) - b) / (2 * a))
}

// Compact is for short budgets: early downsampling and few wide layers learn several times faster on two cores than the
// thin Stack does. The stem, a 3×3 convolution of stride 2 to widths[0] channels, is followed by one stage per further
// width: convolution, 2×2 max pool as long as the maps are larger than 4×4, BN, ReLU and one block; then a linear
// classifier. With three stages, those of a 32×32 image work at 8×8, 4×4 and 4×4 pixels.
//
// The shape follows Jordan 2024, 94% on CIFAR-10 in 3.29 Seconds on a Single GPU (arXiv:2404.00498), with the merge
// left open and the stem at half the resolution.
func Compact(block Block, widths []int, classes int) (Model, error) {
	return compactNet(block, widths, 2, classes)
}

// Wide is Compact with a stem of stride 1. Its stages work at 16×16, 8×8 and 4×4 pixels, which is up to four times the work
// and worth it where there is time for many epochs.
func Wide(block Block, widths []int, classes int) (Model, error) {
	return compactNet(block, widths, 1, classes)
}

func compactNet(block Block, widths []int, stemStride, classes int) (Model, error) {
	if err := checkClasses(classes); err != nil {
		return nil, err
	}
	if len(widths) < 2 || slices.Min(widths) < 1 {
		return nil, fmt.Errorf("nets: want the widths of the stem and of at least one stage, each at least 1, got %v", widths)
	}
	if err := widthLimit.check(slices.Max(widths)); err != nil {
		return nil, err
	}
	widths = slices.Clone(widths)
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		checkImages(images)
		stem := scope.In("stem")
		x := bnReLU(stem, conv(stem, images, widths[0], 3, stemStride)) // [batch, 32/stride, 32/stride, widths[0]]
		for i, channels := range widths[1:] {
			scope := scope.In("stage%d", i+1)
			down := scope.In("down")
			x = conv(down, x, channels, 3, 1) // [batch, h, w, channels]
			if min(x.Shape().Dim(1), x.Shape().Dim(2)) > smallestMap {
				x = maxPool(x, 2) // [batch, h/2, w/2, channels]
			}
			x = Run(scope.In("block"), bnReLU(down, x), func(scope *model.Scope, x *graph.Node) *graph.Node {
				return block(scope, x, channels, 1) // [batch, h, w, channels for most blocks]
			})
		}
		return head(scope.In("head"), x, classes) // [batch, classes]
	}, nil
}

// smallestMap is the height or width below which Compact does not go. On 2×2 pixels a 3×3 convolution multiplies mostly zeros, and
// XLA's for CPUs is far slower there: 5 against 309 GFLOPS on 4×4 pixels, 256 channels, two Zen 4 cores.
const smallestMap = 4
