// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	_ "github.com/skipnets/skipnets/pkg/accel/allocator" // keeps freed memory: training is faster on a CPU
)

// resNet20 is the network of He et al. 2015, section 4.2, with n = 3: [batch, 32, 32, 3] → [batch, 10].
func resNet20(scope *model.Scope, inputs []*Node) *Node {
	conv := func(scope *model.Scope, x *Node, channels, stride int) *Node {
		x = layers.Convolution(scope, x).Channels(channels).KernelSize(3).PadSame().Strides(stride).UseBias(false).Done()
		return norm.BatchNorm(scope, x, -1).Done()
	}
	x := activation.Relu(conv(scope.In("stem"), inputs[0], 16, 1))
	for stage, channels := range []int{16, 32, 64} {
		for block := range 3 {
			scope := scope.In("stage%d_block%d", stage, block)
			stride := 1
			shortcut := x
			if stage > 0 && block == 0 {
				stride = 2
				shortcut = MeanPool(x).Window(2).Done()
				shortcut = Concatenate([]*Node{shortcut, ZerosLike(shortcut)}, -1)
			}
			x = activation.Relu(conv(scope.In("conv1"), x, channels, stride))
			x = activation.Relu(Add(shortcut, conv(scope.In("conv2"), x, channels, 1)))
		}
	}
	return layers.Dense(scope.In("head"), ReduceMean(x, 1, 2), true, 10)
}

// newStep returns a function that trains net one step on a constant batch and returns the loss.
func newStep(backend compute.Backend, net func(*model.Scope, []*Node) *Node, batch int) (func() (float32, error), error) {
	store := model.NewStore()
	store.SetRNGStateFromSeed(1)
	trainer := train.NewTrainer(backend, store, net, loss.SparseCategoricalCrossEntropyLogits, optimizer.Adam().LearningRate(0.001).Done(), nil, nil)
	random := rand.New(rand.NewPCG(1, 2))
	images := make([]float32, batch*32*32*3)
	for i := range images {
		images[i] = random.Float32()*2 - 1
	}
	labels := make([]int32, batch)
	for i := range labels {
		labels[i] = random.Int32N(10)
	}
	return func() (float32, error) {
		metrics, err := trainer.TrainStep(train.Batch{
			Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(images, batch, 32, 32, 3)},
			Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, batch, 1)},
		})
		if err != nil {
			return 0, err
		}
		return metrics[0].Value().(float32), nil
	}, nil
}

// BenchmarkResNet20 times one training step, undecorated and decorated, on the backend that GOMLX_BACKEND names. Run
// it with -count to alternate them. ACCEL_BATCH changes the batch size from 128.
func BenchmarkResNet20(b *testing.B) {
	batch := 128
	if s := os.Getenv("ACCEL_BATCH"); s != "" {
		var err error
		if batch, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	raw := Unwrap(MustNew(""))
	for _, variant := range []struct {
		name    string
		backend compute.Backend
	}{
		{"undecorated", &backend{raw, rewrites{addsBatchNorm: defaults(raw).addsBatchNorm}}},
		{"decorated", Wrap(raw)},
		{"bfloat16", Wrap(raw, WithConvDType(dtypes.BFloat16))},
	} {
		b.Run(variant.name, func(b *testing.B) {
			step, err := newStep(variant.backend, resNet20, batch)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := step(); err != nil { // compiles
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := step(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(batch)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
