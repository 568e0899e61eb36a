// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
)

// A net that learns can learn 32 images by heart: the logits, the loss, all gradients and the running averages of the
// norms have to be right for that.
func TestOverfit32Images(t *testing.T) {
	const images, steps = 32, 40
	sample, _ := cifar.Sample()
	// A step may give its tensors' memory away, so each gets its own.
	pixels := func() *tensors.Tensor {
		return tensors.FromFlatDataAndDimensions(sample.Images[:images*32*32*3], images, 32, 32, 3)
	}
	labels := func() *tensors.Tensor { return tensors.FromFlatDataAndDimensions(sample.Labels[:images], images, 1) }
	backend := accel.MustNew("")

	for name, block := range map[string]nets.Block{
		"plain": blocks.Plain, "residual": blocks.Residual, "highway": nets.Highway(-1), "dense": nets.Dense(0),
	} {
		t.Run(name, func(t *testing.T) {
			net, err := nets.Compact(block, []int{8, 16, 32}, 10)
			if err != nil {
				t.Fatal(err)
			}
			store := model.NewStore()
			if err := store.SetRNGStateFromSeed(1); err != nil {
				t.Fatal(err)
			}
			logits := func(scope *model.Scope, inputs []*graph.Node) *graph.Node {
				return net(scope, cifar.Moments10.Normalize(inputs[0]))
			}
			adam := optimizer.Adam().LearningRate(0.01).Done()
			trainer := train.NewTrainer(backend, store, logits, loss.SparseCategoricalCrossEntropyLogits, adam, nil, nil)
			for range steps {
				batch := train.Batch{Inputs: []*tensors.Tensor{pixels()}, Labels: []*tensors.Tensor{labels()}}
				if _, err := trainer.TrainStep(batch); err != nil {
					t.Fatal(err)
				}
			}
			classes, err := model.CallOnce(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
				return graph.ArgMax(logits(scope, []*graph.Node{x}), -1)
			}, pixels())
			if err != nil {
				t.Fatal(err)
			}
			right := 0
			for i, class := range tensors.MustCopyFlatData[int32](classes) {
				if class == sample.Labels[i] {
					right++
				}
			}
			if right < images-1 { // another processor rounds in another way
				t.Errorf("knows %d of %d images after %d steps", right, images, steps)
			}
		})
	}
}
