// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

var backend = sync.OnceValue(func() compute.Backend { return accel.MustNew("go") }) // which compiles nothing

// logits runs the network on two made-up images.
func logits(t *testing.T, net nets.Model, store *model.Store) []float32 {
	t.Helper()
	pixels := make([]float32, 2*32*32*3)
	for i := range pixels {
		pixels[i] = float32(i%23)/11 - 1
	}
	exec, err := model.NewExec(backend(), store, net)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call1(tensors.FromFlatDataAndDimensions(pixels, 2, 32, 32, 3))
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](out)
}

func TestSurgeryMeetsEveryBlock(t *testing.T) {
	for name, want := range map[string]string{
		"half-highway-8":      "stage1/block1 stage2/block1 stage3/block1",
		"half-dense-8":        "stage1/block1 stage2/block1 stage3/block1",
		"preact-8":            "stage1/block1 stage2/block1 stage3/block1",
		"densenet-13-k4":      "block1 block2 block3", // of several layers each
		"article-residual":    "group1/unit1 group1/unit2 group1/unit3 group1/unit4 group1/unit5 group2/unit1",
		"compact-residual-w4": "stage1/block stage2/block stage3/block",
	} {
		net, err := nets.Parse(name, 10)
		if name == "densenet-13-k4" {
			net, err = nets.DenseNet(13, 4, 10)
		}
		if name == "compact-residual-w4" {
			net, err = nets.Compact(blocks.Residual, []int{4, 8, 16, 32}, 10)
		}
		if err != nil {
			t.Fatal(err)
		}
		var met []string
		g := graph.NewGraph(backend(), name)
		nets.Operate(net, func(path string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node {
			met = append(met, path)
			return block(x)
		})(model.NewStore().RootScope(), graph.Parameter(g, "images", shapes.Make(dtypes.Float32, 1, 32, 32, 3)))
		g.Finalize()
		if got := strings.Join(met, " "); !strings.HasPrefix(got, want) {
			t.Errorf("%s: met %q, want %q", name, got, want)
		}
	}
}

// A surgery that only runs the block gives the same logits; one that leaves a block out gives what a network without its
// branch gives; and a network that is not operated on is left alone in the same graph.
func TestOperate(t *testing.T) {
	net, err := nets.HalfStack(14, blocks.Residual, 10)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	intact := logits(t, net, store)
	same := nets.Operate(net, func(_ string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node { return block(x) })
	if got := logits(t, same, store); !slices.Equal(got, intact) {
		t.Errorf("block(x) alone changes the logits from %v to %v", intact, got)
	}
	without := nets.Operate(net, func(path string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node {
		if path == "stage2/block2" {
			return x
		}
		return block(x)
	})
	removed := logits(t, without, store)
	if slices.Equal(removed, intact) {
		t.Error("taking a block out changes nothing")
	}
	for _, part := range []string{"scale", "offset"} { // the same by hand: a branch that ends in zeros
		v := store.GetVariable("/stage2/block2/norm2/batch_normalization/" + part)
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			t.Fatal(err)
		}
	}
	byHand := logits(t, net, store)
	if !slices.Equal(byHand, removed) {
		t.Errorf("without the block %v, with a branch of zeros %v", removed, byHand)
	}
	twice := func(scope *model.Scope, images *graph.Node) *graph.Node {
		return graph.Concatenate([]*graph.Node{without(scope, images), net(scope.ResetVisited(), images)}, 0)
	}
	v := store.GetVariable("/stage2/block2/norm2/batch_normalization/scale")
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{1}, v.Shape().Size()), v.Shape().Size())); err != nil {
		t.Fatal(err)
	}
	if got := logits(t, twice, store); slices.Equal(got[:20], got[20:]) {
		t.Error("a network of the same graph that is not operated on is, too")
	}
}

// The surgery that was added last stands outside. A block may be run twice: it has the same weights.
func TestOperateTwice(t *testing.T) {
	net, err := nets.HalfStack(8, blocks.Residual, 10)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	note := func(who string) nets.Surgery {
		return func(path string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node {
			order = append(order, fmt.Sprint(who, " ", path))
			if who == "inner" && path == "stage1/block1" {
				x = block(x)
			}
			return block(x)
		}
	}
	store := model.NewStore()
	logits(t, nets.Operate(nets.Operate(net, note("inner")), note("outer")), store)
	want := "outer stage1/block1, inner stage1/block1, outer stage2/block1, inner stage2/block1, outer stage3/block1, inner stage3/block1"
	if got := strings.Join(order, ", "); got != want {
		t.Errorf("met %s, want %s", got, want)
	}
	again := model.NewStore()
	logits(t, net, again)
	if store.NumParameters() != again.NumParameters() {
		t.Errorf("%d weights with a block run twice, %d without", store.NumParameters(), again.NumParameters())
	}
}
