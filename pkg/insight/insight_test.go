// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
)

// conv1x1 multiplies one channel by a kernel that begins at the given value.
func conv1x1(scope *model.Scope, x *Node, value float64) *Node {
	begin := func(g *Graph, shape shapes.Shape) *Node { return MulScalar(Ones(g, shape), value) }
	kernel := scope.WithInitializer(begin).VariableWithShape("weights", shapes.Make(x.DType(), 1, 1, 1, 1))
	return Convolve(x, kernel.NodeValue(x.Graph())).Done()
}

// score makes logits [batch, 2] out of one pixel: itself and zero.
func score(x *Node) *Node {
	x = Reshape(x, x.Shape().Dim(0), 1)
	return Concatenate([]*Node{x, ZerosLike(x)}, -1)
}

func pixels(values ...float32) train.Batch {
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(values, len(values), 1, 1, 1)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(make([]int32, len(values)), len(values), 1)},
	}
}

// With logits (a·b·x, 0) and label 0 the loss is log(1+exp(−abx)); its derivatives are −σ(−abx)·b·x and −σ(−abx)·a·x.
func TestGradientNormsOfAChain(t *testing.T) {
	const a, b, x = 0.5, 3.0, 2.0
	chain := func(scope *model.Scope, images *Node) *Node {
		return score(conv1x1(scope.In("last"), conv1x1(scope.In("first"), images, a), b))
	}
	got, err := GradientNorms(accel.MustNew(""), chain, pixels(x), 1)
	if err != nil {
		t.Fatal(err)
	}
	slope := 1 / (1 + math.Exp(a*b*x))
	want := []LayerGradient{{"/first/weights", slope * b * x, slope * a * b}, {"/last/weights", slope * a * x, slope * b}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i].Layer != want[i].Layer || math.Abs(got[i].Norm-want[i].Norm) > 1e-5 || math.Abs(got[i].Input-want[i].Input) > 1e-5 {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

// A shortcut adds a path: d(log(1+exp(−(x+ax))))/da = −σ(−(x+ax))·x, and d/dx = −σ(−(x+ax))·(1+a).
func TestGradientNormsOfAShortcut(t *testing.T) {
	const a, x = 0.25, 1.5
	residual := func(scope *model.Scope, images *Node) *Node {
		return score(Add(images, conv1x1(scope.In("branch"), images, a)))
	}
	got, err := GradientNorms(accel.MustNew(""), residual, pixels(x), 1)
	if err != nil {
		t.Fatal(err)
	}
	slope := 1 / (1 + math.Exp(x+a*x))
	if len(got) != 1 || math.Abs(got[0].Norm-slope*x) > 1e-5 || math.Abs(got[0].Input-slope*(1+a)) > 1e-5 {
		t.Errorf("got %v, want norms of %g and, with both paths, %g", got, slope*x, slope*(1+a))
	}
}

func TestGradientNormsDependOnTheSeedAlone(t *testing.T) {
	backend := accel.MustNew("")
	net := func(scope *model.Scope, images *Node) *Node {
		x := blocks.Plain(scope.In("block"), images, 4, 1)
		return ReduceMean(x, 1, 2) // [batch, 4]
	}
	batch := pixels(1, 2, 3, 4)
	measure := func(seed int64) []LayerGradient {
		got, err := GradientNorms(backend, net, batch, seed)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0].Layer != "/block/conv1/weights" || got[1].Layer != "/block/conv2/weights" {
			t.Fatalf("layers of %v", got)
		}
		return got
	}
	first, again, other := measure(1), measure(1), measure(2)
	if first[0] != again[0] || first[1] != again[1] {
		t.Errorf("seed 1 gives %v, then %v", first, again)
	}
	if first[1] == other[1] {
		t.Errorf("seeds 1 and 2 both give %v", first)
	}
}

func TestGateOpenings(t *testing.T) {
	net := func(scope *model.Scope, images *Node) *Node {
		gate := conv1x1(scope.In("gate"), images, 1)
		open := Sigmoid(Concatenate([]*Node{gate, ZerosLike(images)}, -1))               // [batch, 1, 1, 2]
		x := blocks.Highway(scope.In("block"), Mul(images, ZerosLike(images)), 1, 1, -2) // its gate sees zeros: σ(−2)
		return score(Add(x, ReduceAndKeep(open, ReduceSum, -1)))
	}
	images := tensors.FromFlatDataAndDimensions([]float32{1, -3}, 2, 1, 1, 1)
	got, err := GateOpenings(accel.MustNew(""), net, model.NewStore(), images)
	if err != nil {
		t.Fatal(err)
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	want := [][]float64{{(sigmoid(1) + sigmoid(-3)) / 2, 0.5}, {sigmoid(-2)}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		for j := range want[i] {
			if math.Abs(got[i][j]-want[i][j]) > 1e-5 {
				t.Errorf("gate %d, channel %d: %g, want %g", i, j, got[i][j], want[i][j])
			}
		}
	}
}

func TestGateMaps(t *testing.T) {
	net := func(scope *model.Scope, images *Node) *Node { // two gates a pixel: one on the pixel, one on its negative half
		gate := conv1x1(scope.In("gate"), images, 1)
		return ReduceMean(Sigmoid(Concatenate([]*Node{gate, MulScalar(images, -0.5)}, -1)), 1, 2) // [batch, 2]
	}
	images := tensors.FromFlatDataAndDimensions([]float32{1, -3, 0, 4, 2, 5, 6, -7, 8, 9, -1, 3}, 2, 2, 3, 1)
	maps, err := GateMaps(accel.MustNew(""), net, model.NewStore(), images)
	if err != nil {
		t.Fatal(err)
	}
	if len(maps) != 1 || len(maps[0]) != 2 || len(maps[0][0]) != 2 || len(maps[0][0][0]) != 3 {
		t.Fatalf("got %v, want one gate, two images, two rows, three columns", maps)
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	for place, x := range map[[3]int]float64{{0, 0, 0}: 1, {0, 0, 1}: -3, {0, 1, 0}: 4, {0, 1, 2}: 5, {1, 0, 0}: 6, {1, 1, 2}: 3} {
		want := (sigmoid(x) + sigmoid(-x/2)) / 2
		if got := maps[0][place[0]][place[1]][place[2]]; math.Abs(got-want) > 1e-5 {
			t.Errorf("image, row, column %v: %g, want %g", place, got, want)
		}
	}
}

func TestGateOpeningsLeaveTheStoreAsItIs(t *testing.T) {
	backend, store, images := accel.MustNew(""), model.NewStore(), pixels(1, 2).Inputs[0]
	net := func(scope *model.Scope, images *Node) *Node {
		return score(blocks.Highway(scope.In("block"), images, 1, 1, -1))
	}
	if _, err := GateOpenings(backend, net, store, images); err != nil {
		t.Fatal(err)
	}
	for v := range store.IterVariables() {
		t.Errorf("the store has gained %s", v.Path())
	}
}

func TestNothingToMeasure(t *testing.T) {
	backend := accel.MustNew("")
	bare := func(_ *model.Scope, images *Node) *Node { return score(images) }
	broken := func(_ *model.Scope, images *Node) *Node { return Reshape(images, 7) }
	gradients := func(net Model, batch train.Batch) error {
		_, err := GradientNorms(backend, net, batch, 1)
		return err
	}
	gates := func(net Model) error {
		_, err := GateOpenings(backend, net, model.NewStore(), pixels(1).Inputs[0])
		return err
	}
	maps := func(net Model) error {
		_, err := GateMaps(backend, net, model.NewStore(), pixels(1).Inputs[0])
		return err
	}
	for want, err := range map[string]error{
		"insight: gate maps: the network has no gates": maps(bare),
		"insight: gate maps: ":                         maps(broken),
		"no convolution":                               gradients(bare, pixels(1)),
		"insight: gradients: ":                         gradients(broken, pixels(1)),
		"0 inputs and 0 labels":                        gradients(bare, train.Batch{}),
		"no gates":                                     gates(bare),
		"insight: gate openings: ":                     gates(broken),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func ExampleGradientNorms() {
	net := func(scope *model.Scope, images *Node) *Node {
		x := blocks.Residual(scope.In("block"), images, 8, 1)
		return ReduceMean(x, 1, 2) // [batch, classes]
	}
	gradients, err := GradientNorms(accel.MustNew(""), net, pixels(1, 2, 3, 4), 1)
	if err != nil {
		panic(err)
	}
	for _, g := range gradients {
		fmt.Println(g.Layer)
	}
	// Output:
	// /block/conv1/weights
	// /block/conv2/weights
}
