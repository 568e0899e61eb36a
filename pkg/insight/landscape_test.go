// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
)

// weighted is a store with a kernel of two filters, (3, 4) and (0, 2), a matrix of one output, a bias and a frozen kernel.
func weighted() *model.Store {
	store := model.NewStore()
	store.VariableWithValue("/conv/weights", tensors.FromFlatDataAndDimensions([]float32{3, 0, 4, 2}, 1, 1, 2, 2))
	store.VariableWithValue("/head/weights", tensors.FromFlatDataAndDimensions([]float32{6, 8}, 2, 1))
	store.VariableWithValue("/head/biases", tensors.FromFlatDataAndDimensions([]float32{5}, 1))
	store.VariableWithValue("/frozen", tensors.FromFlatDataAndDimensions([]float32{5, 5}, 1, 2)).SetTrainable(false)
	return store
}

func TestRandomDirection(t *testing.T) {
	store := weighted()
	byFilter, err := RandomDirection(store, ByFilter, 1)
	if err != nil {
		t.Fatal(err)
	}
	kernel := byFilter["/conv/weights"]
	for name, got := range map[string][2]float64{
		"filter 1": {math.Hypot(kernel[0], kernel[2]), 5}, "filter 2": {math.Hypot(kernel[1], kernel[3]), 2},
		"matrix": {euclid(byFilter["/head/weights"]), 10}, "variables": {float64(len(byFilter)), 2},
	} {
		if math.Abs(got[0]-got[1]) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got[0], got[1])
		}
	}
	whole, err := RandomDirection(store, AsAWhole, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := math.Hypot(euclid(whole["/conv/weights"]), euclid(whole["/head/weights"])), math.Sqrt(29+100); math.Abs(got-want) > 1e-12 {
		t.Errorf("the whole direction is %g long, want %g", got, want)
	}
	again, _ := RandomDirection(store, ByFilter, 1)
	other, _ := RandomDirection(store, ByFilter, 2)
	if again["/head/weights"][0] != byFilter["/head/weights"][0] || other["/head/weights"][0] == byFilter["/head/weights"][0] {
		t.Error("the seed does not decide the direction")
	}
	if _, err := RandomDirection(model.NewStore(), ByFilter, 1); err == nil {
		t.Error("no error for a store of nothing")
	}
	if _, err := RandomDirection(store, "long", 1); err == nil {
		t.Error("no error for an unknown length")
	}
}

// Logits (a·b·x, 0) with weights a and b: the loss at a + i, b + j is log(1+exp(−(a+i)(b+j)x)).
func TestLandscape(t *testing.T) {
	const a, b, x = 1.0, -2.0, 1.5
	net, store := chain(a, b)
	alongA, alongB := Direction{"/block1/weights": {1}}, Direction{"/block2/weights": {1}}
	xs, ys := []float64{-1, 0, 2}, []float64{0, 3}
	got, err := Landscape(accel.MustNew(""), net, store, pixels(x), false, alongA, alongB, xs, ys)
	if err != nil {
		t.Fatal(err)
	}
	for j := range ys {
		for i := range xs {
			if want := math.Log(1 + math.Exp(-(a+xs[i])*(b+ys[j])*x)); math.Abs(got[j][i].Loss-want) > 1e-5 {
				t.Errorf("at %g, %g: %g, want %g", xs[i], ys[j], got[j][i].Loss, want)
			}
		}
	}
	if kept := tensors.MustCopyFlatData[float32](store.GetVariable("/block1/weights").MustValue()); kept[0] != a {
		t.Errorf("the store has changed: %v", kept)
	}
	if _, err := Landscape(accel.MustNew(""), net, store, pixels(x), false, Direction{"/block1/weights": {1, 2}}, nil, xs, []float64{0}); err == nil {
		t.Error("no error for a direction of another size")
	}
}

// With the batch's own statistics a norm undoes any scaling of the weights before it, so the loss does not change; with
// the running averages it does.
func TestLandscapeSaysWhichStatistics(t *testing.T) {
	net := func(scope *model.Scope, x *Node) *Node {
		return score(norm.BatchNorm(scope.In("norm"), conv1x1(scope.In("conv"), x, 2), -1).Epsilon(1e-9).Done())
	}
	store := model.NewStore()
	store.VariableWithValue("/conv/weights", tensors.FromFlatDataAndDimensions([]float32{2}, 1, 1, 1, 1))
	double := Direction{"/conv/weights": {2}}
	for training, same := range map[bool]bool{true: true, false: false} {
		got, err := Landscape(accel.MustNew(""), net, store, pixels(1, 3, -2), training, double, nil, []float64{0, 1}, []float64{0})
		if err != nil {
			t.Fatal(err)
		}
		if difference := math.Abs(got[0][0].Loss - got[0][1].Loss); (difference < 1e-5) != same {
			t.Errorf("training %v: losses %v", training, got)
		}
	}
}

func TestToward(t *testing.T) {
	from, to := weighted(), weighted()
	for path, value := range map[string]*tensors.Tensor{
		"/head/biases":  tensors.FromFlatDataAndDimensions([]float32{7}, 1),
		"/head/weights": tensors.FromFlatDataAndDimensions([]float32{6, -8}, 2, 1),
	} {
		if err := to.GetVariable(path).SetValue(value); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Toward(from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got["/head/biases"][0] != 2 || got["/head/weights"][0] != 0 || got["/head/weights"][1] != -16 {
		t.Errorf("got %v", got)
	}
	if _, err := Toward(from, model.NewStore()); err == nil {
		t.Error("no error for a state without the weights")
	}
}
