// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// GateOpenings runs the network with the values in store on the images and returns how far each gate is open: one list
// a gate, in the order the image meets them, with the mean over images and positions for each channel, between 0 (the
// input is carried on) and 1 (the input is transformed). A gate is a sigmoid over feature maps [batch, height, width,
// channels], as in Srivastava et al. 2015 and pkg/blocks.Highway. It is an error when the network has none.
//
// Batch norms use the statistics of these images, so that a new network, whose running averages mean nothing yet, can be
// compared with a trained one. Variables that store lacks start with their initial values. The store is not changed.
func GateOpenings(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([][]float64, error) {
	copied, err := store.Clone() // training mode would move its running averages
	if err != nil {
		return nil, fmt.Errorf("insight: gate openings: %w", err)
	}
	defer copied.Finalize()
	results, err := outputs(backend, copied, func(scope *model.Scope, inputs []*Node) []*Node {
		copied.SetTraining(inputs[0].Graph(), true)
		logits := net(scope, inputs[0])
		var means []*Node
		for _, node := range logits.Graph().Nodes() {
			if node.Type() == NodeTypeLogistic && node.Rank() == 4 {
				means = append(means, ReduceMean(ConvertDType(node, dtypes.Float32), 0, 1, 2)) // [channels]
			}
		}
		return append(means, ReduceAllSum(logits))
	}, images)
	if err != nil {
		return nil, fmt.Errorf("insight: gate openings: %w", err)
	}
	gates := results[:len(results)-1] // the last one only gives a graph without gates something to compute
	if len(gates) == 0 {
		return nil, errors.New("insight: gate openings: the network has no gates")
	}
	openings := make([][]float64, len(gates))
	for i, gate := range gates {
		if openings[i], err = floats(gate); err != nil {
			return nil, fmt.Errorf("insight: gate openings: %w", err)
		}
	}
	return openings, nil
}
