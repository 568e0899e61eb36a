// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

// chain is a network of three blocks that each multiply by a weight, and its store.
func chain(weights ...float32) (Model, *model.Store) {
	store := model.NewStore()
	for i, w := range weights {
		store.VariableWithValue(fmt.Sprintf("/block%d/weights", i+1), tensors.FromFlatDataAndDimensions([]float32{w}, 1, 1, 1, 1))
	}
	return func(scope *model.Scope, x *Node) *Node {
		for i := range weights {
			x = nets.Run(scope.In("block%d", i+1), x, func(scope *model.Scope, x *Node) *Node { return conv1x1(scope, x, 9) })
		}
		return score(x)
	}, store
}

func TestWithout(t *testing.T) {
	net, store := chain(2, 3, 5)
	images := pixels(1, -2).Inputs[0]
	logits, err := Without(accel.MustNew(""), net, store, images, nets.Carry, nil, []string{"block2"}, []string{"block3", "block1"}, []string{"block1", "block2", "block3"})
	if err != nil {
		t.Fatal(err)
	}
	for i, factor := range []float64{30, 10, 3, 1} {
		for image, x := range []float64{1, -2} {
			if got := logits[i][image]; math.Abs(got[0]-factor*x) > 1e-5 || got[1] != 0 {
				t.Errorf("set %d, image %d: logits %v, want %g and 0", i, image, got, factor*x)
			}
		}
	}
	if _, err := Without(accel.MustNew(""), net, store, images, nets.Carry, []string{"block4"}); err == nil || !strings.Contains(err.Error(), "block1, block2, block3") {
		t.Errorf("a block that does not exist gives %v", err)
	}
	bare := func(_ *model.Scope, x *Node) *Node { return score(x) }
	if _, err := Without(accel.MustNew(""), bare, store, images, nets.Carry, nil); err == nil || !strings.Contains(err.Error(), "nets.Run") {
		t.Errorf("a network without blocks gives %v", err)
	}
}

// What nets.Carry hands on in the place of a residual block is what the block hands on whose branch gives zeros.
func TestCarryIsTheShortcut(t *testing.T) {
	backend := accel.MustNew("")
	for name, test := range map[string]struct{ in, channels, stride int }{"same": {3, 3, 1}, "wider": {2, 5, 1}, "smaller": {3, 3, 2}, "both": {2, 4, 2}} {
		t.Run(name, func(t *testing.T) {
			store := model.NewStore()
			for _, part := range []string{"scale", "offset"} {
				store.VariableWithValue("/norm2/batch_normalization/"+part, tensors.FromShape(shapes.Make(dtypes.Float32, test.channels)))
			}
			exec := model.MustNewExec(backend, store, func(scope *model.Scope, x *Node) []*Node {
				x = Abs(x) // a ReLU stands before each residual block
				y := blocks.Residual(scope, x, test.channels, test.stride)
				return []*Node{y, nets.Carry(x, y)}
			})
			results := exec.MustCall(counted(2, 5, 5, test.in))
			block, carried := tensors.MustCopyFlatData[float32](results[0]), tensors.MustCopyFlatData[float32](results[1])
			if !slices.Equal(block, carried) {
				t.Errorf("carried %v, the block %v", carried, block)
			}
		})
	}
}

// counted is a tensor of many different numbers.
func counted(dimensions ...int) *tensors.Tensor {
	size := 1
	for _, d := range dimensions {
		size *= d
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(i*7%31) - 15
	}
	return tensors.FromFlatDataAndDimensions(values, dimensions...)
}

func TestNothingNew(t *testing.T) {
	exec := MustNewExec(accel.MustNew(""), func(x, f *Node) *Node { return NothingNew(x, Concatenate([]*Node{MulScalar(x, 2), f}, -1)) })
	got := exec.MustCall(tensors.FromFlatDataAndDimensions([]float32{1, 2}, 1, 1, 1, 2), tensors.FromFlatDataAndDimensions([]float32{3}, 1, 1, 1, 1))
	if y := tensors.MustCopyFlatData[float32](got[0]); !slices.Equal(y, []float32{2, 4, 0}) {
		t.Errorf("got %v: want what the block made of x, and 0 for what it appended", y)
	}
}

func TestScores(t *testing.T) {
	net, store := chain(2, 3)
	other := model.NewStore()
	for i, w := range []float32{-1, 1} {
		other.VariableWithValue(fmt.Sprintf("/block%d/weights", i+1), tensors.FromFlatDataAndDimensions([]float32{w}, 1, 1, 1, 1))
	}
	batch := pixels(1, 0.5, -1) // all with label 0: right where the logit is above 0
	scores, err := Scores(accel.MustNew(""), net, batch, false, store, other)
	if err != nil {
		t.Fatal(err)
	}
	loss := func(logits ...float64) float64 {
		sum := 0.0
		for _, v := range logits {
			sum += math.Log(1 + math.Exp(-v))
		}
		return sum / float64(len(logits))
	}
	for i, want := range []Score{{loss(6, 3, -6), 2. / 3}, {loss(-1, -0.5, 1), 1. / 3}} {
		if math.Abs(scores[i].Loss-want.Loss) > 1e-5 || scores[i].Accuracy != want.Accuracy {
			t.Errorf("store %d: %v, want %v", i, scores[i], want)
		}
	}
	if _, err := Scores(accel.MustNew(""), net, train.Batch{}, false, store); err == nil {
		t.Error("no error for a batch of nothing")
	}
	for _, labels := range [][]int32{{0}, {0, 2}, {0, -1}} {
		if _, err := ScoreOf([][]float64{{1, 0}, {0, 1}}, labels); err == nil {
			t.Errorf("no error for labels %v", labels)
		}
	}
}

func TestRearranged(t *testing.T) {
	_, store := chain(2, 3, 5)
	swapped, err := Rearranged(store, map[string]string{"block1": "block3", "block3": "block2"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]float32{"block1": 5, "block2": 3, "block3": 3} {
		got := tensors.MustCopyFlatData[float32](swapped.GetVariable("/" + path + "/weights").MustValue())
		if got[0] != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
		if kept := tensors.MustCopyFlatData[float32](store.GetVariable("/block1/weights").MustValue()); kept[0] != 2 {
			t.Errorf("the store has changed: %v", kept)
		}
	}
	store.VariableWithValue("/wide/weights", tensors.FromFlatDataAndDimensions([]float32{1, 2}, 1, 1, 1, 2))
	for name, from := range map[string]map[string]string{
		"other shape": {"wide": "block1"}, "no source": {"block1": "block9"}, "no block": {"block9": "block1"},
	} {
		if _, err := Rearranged(store, from); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Identity surgery: the first blocks of a deeper residual network have a trained one's weights, and the new blocks a last norm of scale zero. Then both
// compute the same, bit for bit. With plain blocks they do not: what is new hands on zeros.
func TestIdentitySurgery(t *testing.T) {
	backend := accel.MustNew("")
	images := counted(4, 32, 32, 3)
	run := func(block nets.Block, depth int, store *model.Store) []float32 {
		t.Helper()
		net, err := nets.HalfStack(depth, block, 10)
		if err != nil {
			t.Fatal(err)
		}
		exec := model.MustNewExec(backend, store, net)
		defer exec.Finalize()
		return tensors.MustCopyFlatData[float32](exec.MustCall(images)[0])
	}
	for name, test := range map[string]struct {
		block nets.Block
		same  bool
	}{"residual": {blocks.Residual, true}, "plain": {blocks.Plain, false}} {
		t.Run(name, func(t *testing.T) {
			store := model.NewStore()
			if err := store.SetRNGStateFromSeed(1); err != nil {
				t.Fatal(err)
			}
			shallow := run(test.block, 8, store)
			for stage, channels := range []int{16, 32, 64} {
				scale := fmt.Sprintf("/stage%d/block2/norm2/batch_normalization/scale", stage+1)
				store.VariableWithValue(scale, tensors.FromShape(shapes.Make(dtypes.Float32, channels)))
			}
			deep := run(test.block, 14, store)
			if slices.Equal(shallow, deep) != test.same {
				t.Errorf("8 layers give %v, 14 layers %v", shallow[:10], deep[:10])
			}
			if slices.Min(shallow) == slices.Max(shallow) {
				t.Error("the network computes nothing")
			}
		})
	}
}
