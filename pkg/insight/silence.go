// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// SilenceSources measures what each source in a dense network is worth to those that read it: the mean cross-entropy
// (nats) of one batch with the trained network in store as it is, and then without each source in turn, all weights on its
// channels set to zero. kernels and written are as in [FeatureReuse]; the store is not changed.
func SilenceSources(backend compute.Backend, net Model, store *model.Store, batch train.Batch, kernels []string, written []int) (intact float64, without []float64, err error) {
	fail := func(err error) (float64, []float64, error) {
		return 0, nil, fmt.Errorf("insight: silence sources: %w", err)
	}
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return fail(fmt.Errorf("the batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels)))
	}
	if _, err := FeatureReuse(store, kernels, written); err != nil { // checks all the arguments about weights
		return fail(err)
	}
	copied, err := store.Clone()
	if err != nil {
		return fail(err)
	}
	defer copied.Finalize()
	exec, err := model.NewExec(backend, copied, func(scope *model.Scope, inputs []*Node) *Node {
		copied.SetTraining(inputs[0].Graph(), false)
		return ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits(inputs[1:], []*Node{net(scope, inputs[0])}))
	})
	if err != nil {
		return fail(err)
	}
	defer exec.Finalize()
	for source := -1; source < len(written); source++ { // -1 is none
		for _, path := range kernels {
			if err := silence(copied.GetVariable(path), store.GetVariable(path), written, source); err != nil {
				return fail(err)
			}
		}
		result, err := exec.Call1(batch.Inputs[0], batch.Labels[0])
		if err != nil {
			return fail(err)
		}
		without = append(without, float64(tensors.ToScalar[float32](result)))
	}
	return without[0], without[1:], nil
}

// silence gives a kernel the weights of the original, but zeros where it reads the source.
func silence(kernel, original *model.Variable, written []int, source int) error {
	value, err := original.Value()
	if err != nil {
		return err
	}
	weights, sourceOf, err := bySource(value, written)
	if err != nil {
		return err
	}
	for i := range weights {
		if sourceOf(i) == source {
			weights[i] = 0
		}
	}
	return kernel.SetValue(tensors.FromFlatDataAndDimensions(weights, value.Shape().Dimensions...))
}
