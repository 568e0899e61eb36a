// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/skipnets/skipnets/pkg/accel"
)

// testBackend is the pure-Go one, which compiles nothing and so is the fastest for networks of this size.
var testBackend = sync.OnceValue(func() compute.Backend { return accel.MustNew("go") })

// toyData is a dataset of 4×4 one-channel images whose class is the quadrant that is bright.
type toyData struct {
	images, batch int
	seed          uint64
}

func (d toyData) Name() string { return "toy" }
func (d toyData) Len() int     { return d.images }
func (d toyData) Steps() int   { return (d.images + d.batch - 1) / d.batch }

func (d toyData) From(epoch, step int) iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		for s := step; s < d.Steps(); s++ {
			if !yield(d.at(epoch, s), nil) {
				return
			}
		}
	}
}

func (d toyData) at(epoch, step int) train.Batch {
	n := min(d.batch, d.images-step*d.batch)
	random := rand.New(rand.NewPCG(d.seed, uint64(epoch*1000+step)))
	pixels := make([]float32, n*16)
	labels := make([]int32, n)
	for i := range n {
		labels[i] = int32(random.IntN(4))
		for p := range 16 {
			pixels[i*16+p] = float32(0.5 * random.NormFloat64())
			if quadrant := (p / 8 * 2) + (p % 4 / 2); int32(quadrant) == labels[i] {
				pixels[i*16+p]++
			}
		}
	}
	return train.Batch{
		Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(pixels, n, 4, 4, 1)},
		Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, n, 1)},
	}
}

// toyNet has what matters here: a convolution, a BatchNorm and a dense layer.
func toyNet(scope *model.Scope, x *Node) *Node {
	x = layers.Convolution(scope.In("conv"), x).Channels(8).KernelSize(3).PadSame().UseBias(false).Done() // [batch, 4, 4, 8]
	x = activation.Relu(norm.BatchNorm(scope.In("conv_norm"), x, -1).Momentum(0.9).Done())
	return layers.Dense(scope.In("head"), Reshape(x, x.Shape().Dimensions[0], -1), true, 4) // [batch, 4]
}

func toyRecipe() Recipe {
	return Recipe{Name: "toy", Epochs: 3, BatchSize: 16, Optimizer: SGD, LearningRate: 0.1, Momentum: 0.9,
		WeightDecay: 1e-3, Schedule: OneCycle, WarmUp: 0.3}
}

func toyJob(t testing.TB) Job {
	t.Helper()
	return Job{Backend: testBackend(), Name: "toy-net", Model: toyNet, Recipe: toyRecipe(), Seed: 7,
		Training: toyData{100, 16, 1}, HeldOut: toyData{64, 32, 2}, Dir: t.TempDir()}
}

// stemNet is toyNet with the names of package nets: the stem's convolution and norm share a scope.
func stemNet(scope *model.Scope, x *Node) *Node {
	stem := scope.In("stem")
	x = layers.Convolution(stem, x).CurrentScope().Channels(8).KernelSize(3).PadSame().UseBias(false).Done() // [batch, 4, 4, 8]
	x = activation.Relu(norm.BatchNorm(stem, x, -1).Momentum(0.9).Done())
	return layers.Dense(scope.In("head"), Reshape(x, x.Shape().Dimensions[0], -1), true, 4) // [batch, 4]
}

// steps yields the first n batches of the dataset, epoch after epoch.
func steps(t *testing.T, data Dataset, n int) iter.Seq2[int, train.Batch] {
	return func(yield func(int, train.Batch) bool) {
		for step := 0; step < n; {
			for batch, err := range data.From(step/data.Steps(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if step == n || !yield(step, batch) {
					return
				}
				step++
			}
		}
	}
}

func same(a, b []float32) bool { return slices.Equal(a, b) }
