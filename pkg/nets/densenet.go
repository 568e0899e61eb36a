// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"

	"github.com/skipnets/skipnets/pkg/blocks"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// DenseNet is the net of Huang et al. 2016 (arXiv:1608.06993, Sec. 3) for 32×32 images: a 3×3 stem of 16 channels, three
// dense blocks of n layers at 32×32, 16×16 and 8×8 pixels with transitions between, BN, ReLU and a linear classifier.
// depth = 3n+4. The paper's smallest has depth 40 and growth rate 12.
func DenseNet(depth, growthRate, classes int) (Model, error) {
	n, err := perStage(depth, 3, 4)
	if err != nil {
		return nil, err
	}
	return denseNet(n, growthRate, 16, 1, blocks.DenseBlock, classes)
}

// DenseNetBC is DenseNet with bottlenecks and compression: each of the n layers of a block is two convolutions, transitions
// halve the channels, and the stem has 2·growthRate. depth = 6n+4. The paper's smallest has depth 100 and growth rate 12.
func DenseNetBC(depth, growthRate, classes int) (Model, error) {
	n, err := perStage(depth, 6, 4)
	if err != nil {
		return nil, err
	}
	return denseNet(n, growthRate, 2*growthRate, 2, blocks.DenseBlockBottleneck, classes)
}

// denseNet is both: three blocks of n layers; transitions divide the channels by compression.
func denseNet(n, growthRate, stemChannels, compression int,
	block func(scope *model.Scope, x *graph.Node, layers, growthRate int) *graph.Node, classes int) (Model, error) {
	if growthRate < 1 {
		return nil, fmt.Errorf("nets: need a growth rate of at least 1, got %d", growthRate)
	}
	if err := channelLimit.check(growthRate * n); err != nil {
		return nil, err
	}
	if err := checkClasses(classes); err != nil {
		return nil, err
	}
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		checkImages(images)
		x := conv(scope.In("stem"), images, stemChannels, 3, 1) // [batch, 32, 32, stemChannels]
		run := func(scope *model.Scope, x *graph.Node) *graph.Node { return block(scope, x, n, growthRate) }
		x = Run(scope.In("block1"), x, run) // [batch, 32, 32, …]
		for i := 2; i <= 3; i++ {
			x = blocks.Transition(scope.In("transition%d", i-1), x, x.Shape().Dim(3)/compression) // [batch, h/2, w/2, …]
			x = Run(scope.In("block%d", i), x, run)                                               // [batch, h/2, w/2, …]
		}
		x = bnReLU(scope.In("last_norm"), x)      // [batch, 8, 8, …]
		return head(scope.In("head"), x, classes) // [batch, classes]
	}, nil
}
