// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/nets"
)

// Blocks that multiply by a and b, the second with a shortcut, and a loss log(1+exp(−y)) at label 0: with σ = σ(−y) the
// gradient is σ·a·(1+b) at what the first block reads, and σ·(1+b) at what the second reads.
func TestMeasureGradientsOfBlocks(t *testing.T) {
	const x = 2.0
	net := func(scope *model.Scope, images *Node) *Node {
		y := nets.Run(scope.In("block1"), images, func(scope *model.Scope, x *Node) *Node { return conv1x1(scope, x, 9) })
		return score(nets.Run(scope.In("block2"), y, func(scope *model.Scope, x *Node) *Node { return Add(x, conv1x1(scope, x, 9)) }))
	}
	weights := func(a, b float32) *model.Store {
		store := model.NewStore()
		store.VariableWithValue("/block1/weights", tensors.FromFlatDataAndDimensions([]float32{a}, 1, 1, 1, 1))
		store.VariableWithValue("/block2/weights", tensors.FromFlatDataAndDimensions([]float32{b}, 1, 1, 1, 1))
		return store
	}
	stores := []*model.Store{weights(0.5, 0.25), weights(-1, 2), weights(3, -0.5)}
	measured, err := MeasureGradients(accel.MustNew(""), net, pixels(x), stores...)
	if err != nil {
		t.Fatal(err)
	}
	for i, weight := range [][2]float64{{0.5, 0.25}, {-1, 2}, {3, -0.5}} {
		a, b := weight[0], weight[1]
		y := a * x * (1 + b)
		slope := 1 / (1 + math.Exp(y))
		got := measured[i]
		want := []float64{math.Log(1 + math.Exp(-y)), math.Abs(slope * a * (1 + b)), math.Abs(slope * (1 + b)),
			math.Abs(slope * x * (1 + b)), math.Abs(slope * a * x)}
		have := []float64{got.Loss, got.Blocks[0].Input, got.Blocks[1].Input, got.Layers[0].Norm, got.Layers[1].Norm}
		for j := range want {
			if math.Abs(have[j]-want[j]) > 1e-5*math.Max(1, want[j]) {
				t.Errorf("weights %v: loss, gradients at the blocks' inputs and at the weights %v, want %v", weight, have, want)
				break
			}
		}
		if got.Blocks[0].Block != "block1" || got.Blocks[1].Block != "block2" {
			t.Errorf("blocks %v", got.Blocks)
		}
	}
	if kept := tensors.MustCopyFlatData[float32](stores[0].GetVariable("/block1/weights").MustValue()); kept[0] != 0.5 {
		t.Errorf("the store has changed: %v", kept)
	}
}

func TestUpdateRatios(t *testing.T) {
	store := func(scale float32) *model.Store {
		s := model.NewStore()
		s.VariableWithValue("/b/weights", tensors.FromFlatDataAndDimensions([]float32{3, 4 * scale}, 1, 2))
		s.VariableWithValue("/a/weights", tensors.FromFlatDataAndDimensions([]float32{1 * scale, 1, 1, 1}, 2, 2))
		s.VariableWithValue("/a/zero", tensors.FromFlatDataAndDimensions([]float32{0, 0}, 1, 2))
		s.VariableWithValue("/a/biases", tensors.FromFlatDataAndDimensions([]float32{1 * scale}, 1))
		s.VariableWithValue("/a/frozen", tensors.FromFlatDataAndDimensions([]float32{1, scale}, 1, 2)).SetTrainable(false)
		return s
	}
	before, after := store(1), store(2)
	after.VariableWithValue("/c/new", tensors.FromFlatDataAndDimensions([]float32{1, 1}, 1, 2))
	got, err := UpdateRatios(before, after)
	if err != nil {
		t.Fatal(err)
	}
	if want := []LayerUpdate{{"/a/weights", 0.5}, {"/b/weights", 0.8}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
