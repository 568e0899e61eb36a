// SPDX-License-Identifier: Apache-2.0

// Package insight measures what goes on inside a network: how strong the gradient of each convolution is, how far
// the gates of a highway net are open. It reads the graph that the network builds, so a network needs nothing
// added to be measured, and one that you write yourself can be measured as well.
package insight

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Model builds a network: images in, logits [batch, classes] out.
type Model = func(scope *model.Scope, images *Node) *Node

// outputs runs a graph once and returns its results, which are the caller's to finalize.
func outputs(backend compute.Backend, store *model.Store, graph func(*model.Scope, []*Node) []*Node, inputs ...any) ([]*tensors.Tensor, error) {
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return nil, err
	}
	defer exec.WithName("measurement").Finalize()
	return exec.Exec(inputs...)
}

// floats copies a float32 tensor's values and frees it.
func floats(t *tensors.Tensor) ([]float64, error) {
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, err
	}
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide, t.FinalizeAll()
}
