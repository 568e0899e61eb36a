// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// GateOpenings runs the network with the values in store on the images and returns how far each gate is open: one list
// a gate, in the order the image meets them, with the mean over images and positions for each channel, between 0 (the
// input is carried on) and 1 (the input is transformed). A gate is a sigmoid over feature maps [batch, height, width,
// channels] whose weights are in a scope called "gate", as in pkg/blocks.Highway (Srivastava et al. 2015, eq. 3). Other
// sigmoids, those of a SiLU or of a squeeze-and-excitation block, are none. It is an error when the network has no gate.
//
// Batch norms use the statistics of these images, so that a new network, whose running averages mean nothing yet, can be
// compared with a trained one. Variables that store lacks start with their initial values. The store is not changed.
func GateOpenings(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([][]float64, error) {
	gates, err := gateOutputs(backend, net, store, images, func(open *Node) *Node { return ReduceMean(open, 0, 1, 2) }) // [channels]
	if err != nil {
		return nil, fmt.Errorf("insight: gate openings: %w", err)
	}
	openings := make([][]float64, len(gates))
	for i, gate := range gates {
		if openings[i], err = floats(gate); err != nil {
			return nil, fmt.Errorf("insight: gate openings: %w", err)
		}
	}
	return openings, nil
}

// GateMaps is like [GateOpenings], but keeps the positions: the mean over the channels for each image, row and column,
// [gate][image][row][column]. It shows where in an image a network works, and where it carries its input on.
func GateMaps(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([][][][]float64, error) {
	gates, err := gateOutputs(backend, net, store, images, func(open *Node) *Node { return ReduceMean(open, 3) }) // [batch, height, width]
	if err != nil {
		return nil, fmt.Errorf("insight: gate maps: %w", err)
	}
	maps := make([][][][]float64, len(gates))
	for i, gate := range gates {
		height, width := gate.Shape().Dim(1), gate.Shape().Dim(2)
		flat, err := floats(gate)
		if err != nil {
			return nil, fmt.Errorf("insight: gate maps: %w", err)
		}
		for image := range slices.Chunk(flat, height*width) {
			maps[i] = append(maps[i], slices.Collect(slices.Chunk(image, width)))
		}
	}
	return maps, nil
}

// gateOutputs runs the network on the images and gives what reduce makes of each gate's opening, [batch, height, width, channels].
func gateOutputs(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor, reduce func(*Node) *Node) ([]*tensors.Tensor, error) {
	copied, err := store.Clone() // training mode would move its running averages
	if err != nil {
		return nil, err
	}
	defer copied.Finalize()
	results, err := outputs(backend, copied, func(scope *model.Scope, inputs []*Node) []*Node {
		copied.SetTraining(inputs[0].Graph(), true)
		logits := net(scope, inputs[0])
		var reduced []*Node
		for _, gate := range gatesOf(logits.Graph()) {
			reduced = append(reduced, reduce(ConvertDType(gate, dtypes.Float32)))
		}
		return append(reduced, ReduceAllSum(logits))
	}, images)
	if err != nil {
		return nil, err
	}
	gates := results[:len(results)-1] // the last one only gives a graph without gates something to compute
	if len(gates) == 0 {
		return nil, errors.New("the network has no gates: no sigmoid over feature maps reads weights in a scope called \"gate\"")
	}
	return gates, nil
}
