// SPDX-License-Identifier: Apache-2.0

package blocks_test

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/blocks"
)

func ExamplePlain() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.Plain(scope, x, 32, 2) })
	// Output: [2 8 8 16] → [2 4 4 32], 13952 parameters
}

func ExampleResidual() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.Residual(scope, x, 32, 2) })
	// Output: [2 8 8 16] → [2 4 4 32], 13952 parameters
}

func ExamplePreActivation() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.PreActivation(scope, x, 32, 2) })
	// Output: [2 8 8 16] → [2 4 4 32], 13920 parameters
}

func ExampleBottleneck() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.Bottleneck(scope, x, 8, 2) })
	// Output: [2 8 8 16] → [2 4 4 32], 1632 parameters
}

func ExampleHighway() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.Highway(scope, x, 32, 2, -1) })
	// Output: [2 8 8 16] → [2 4 4 32], 18592 parameters
}

func ExampleDenseLayer() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.DenseLayer(scope, x, 12) })
	// Output: [2 8 8 16] → [2 8 8 28], 1760 parameters
}

func ExampleDenseLayerBottleneck() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.DenseLayerBottleneck(scope, x, 12) })
	// Output: [2 8 8 16] → [2 8 8 28], 6080 parameters
}

func ExampleDenseBlock() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.DenseBlock(scope, x, 4, 12) })
	// Output: [2 8 8 16] → [2 8 8 64], 14960 parameters
}

func ExampleDenseBlockBottleneck() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.DenseBlockBottleneck(scope, x, 4, 12) })
	// Output: [2 8 8 16] → [2 8 8 64], 27920 parameters
}

func ExampleTransition() {
	show(func(scope *model.Scope, x *Node) *Node { return blocks.Transition(scope, x, 8) })
	// Output: [2 8 8 16] → [2 4 4 8], 160 parameters
}

// show runs a block on two images of 8×8 pixels and 16 channels.
func show(block func(scope *model.Scope, x *Node) *Node) {
	x := tensors.FromFlatDataAndDimensions(make([]float32, 2*8*8*16), 2, 8, 8, 16)
	store := model.NewStore()
	y, err := model.CallOnce(openBackend(), store, block, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	params := 0
	for v := range store.IterVariables() {
		if v.Trainable {
			params += v.Shape().Size()
		}
	}
	fmt.Printf("%v → %v, %d parameters\n", x.Shape().Dimensions, y.Shape().Dimensions, params)
}
