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

func TestFeatures(t *testing.T) {
	net, store := chain(2, -3)
	images := tensors.FromFlatDataAndDimensions([]float32{1, 3, 5, 7}, 2, 1, 2, 1) // two images of two pixels
	bare := func(scope *model.Scope, x *Node) *Node {                              // the chain on larger maps, whose mean it scores
		var y *Node
		nets.Operate(func(scope *model.Scope, x *Node) *Node { return net(scope, x) }, func(_ string, x *Node, block func(*Node) *Node) *Node {
			y = block(x)
			return y
		})(scope, ReduceAndKeep(x, ReduceMean, 1, 2))
		return score(y)
	}
	got, err := Features(accel.MustNew(""), bare, store, images)
	if err != nil {
		t.Fatal(err)
	}
	want := []BlockFeatures{{"block1", [][]float64{{4}, {12}}}, {"block2", [][]float64{{-12}, {-36}}}}
	for i := range want {
		if got[i].Block != want[i].Block || !slices.EqualFunc(got[i].Images, want[i].Images, slices.Equal) {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

// Blocks that add 1, 2 and 4 to an image of 1: they hand on 2, 4 and 8.
func TestRefinements(t *testing.T) {
	net := func(scope *model.Scope, x *Node) *Node {
		for i, add := range []float64{1, 2, 4} {
			x = nets.Run(scope.In("block%d", i+1), x, func(_ *model.Scope, x *Node) *Node { return AddScalar(x, add) })
		}
		wide := func(_ *model.Scope, x *Node) *Node { return Concatenate([]*Node{x, x}, -1) }
		x = nets.Run(scope.In("block4"), x, wide)
		return Reshape(x, 1, 2)
	}
	got, err := Refinements(accel.MustNew(""), net, model.NewStore(), tensors.FromFlatDataAndDimensions([]float32{1}, 1, 1, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	want := []Refinement{{"block1", 0.75, 1}, {"block2", 0.5, 1}, {"block3", 0, 1}, {"block4", 0, math.NaN()}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		same := got[i].Step == want[i].Step || (math.IsNaN(got[i].Step) && math.IsNaN(want[i].Step))
		if got[i].Block != want[i].Block || got[i].Distance != want[i].Distance || !same {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

// One feature and two classes: with x = −1, 1 and y = 1 for the second the regression of class 1 is bias 1/2 and slope Σxy/(Σx²·(1+penalty)).
func TestTrainProbe(t *testing.T) {
	probe, err := TrainProbe([][]float64{{-1}, {1}}, []int32{0, 1}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := probe.Logits([][]float64{{2}, {0}})
	for i, want := range [][]float64{{0.5 - 0.25*2, 0.5 + 0.25*2}, {0.5, 0.5}} {
		for c := range want {
			if math.Abs(got[i][c]-want[c]) > 1e-6 {
				t.Errorf("image %d: %v, want %v", i, got[i], want)
			}
		}
	}
	// Another unit of the feature changes nothing.
	scaled, err := TrainProbe([][]float64{{-1000}, {1000}}, []int32{0, 1}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if again := scaled.Logits([][]float64{{2000}}); math.Abs(again[0][1]-got[0][1]) > 1e-6 {
		t.Errorf("in other units %v, want %v", again[0], got[0])
	}
	for name, bad := range map[string]struct {
		features [][]float64
		labels   []int32
		penalty  float64
	}{
		"no image":      {nil, nil, 1},
		"labels":        {[][]float64{{1}}, []int32{0, 1}, 1},
		"ragged":        {[][]float64{{1}, {1, 2}}, []int32{0, 1}, 1},
		"class":         {[][]float64{{1}}, []int32{2}, 1},
		"no penalty":    {[][]float64{{1}}, []int32{0}, 0},
		"not a number":  {[][]float64{{math.NaN()}}, []int32{0}, 1},
		"below class 0": {[][]float64{{1}}, []int32{-1}, 1},
	} {
		if _, err := TrainProbe(bad.features, bad.labels, 2, bad.penalty); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
