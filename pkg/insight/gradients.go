// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// LayerGradient is how strongly the loss pulls at one convolution.
type LayerGradient struct {
	Layer string  // the kernel's path in the store, "/stage1/block2/conv1/weights"
	Norm  float64 // Euclidean length of ∂loss/∂kernel, all entries together
	Input float64 // Euclidean length of ∂loss/∂x for the x that the convolution reads, of the whole batch and along all paths
}

// GradientNorms initialises the network from the seed, computes the mean cross-entropy (nats) of one batch, as in the
// first step of training, and returns the norms of its gradient for each convolution, in the order the image meets them.
// The batch has one input, whatever the network takes, and one tensor of integer labels [batch, 1]; it stays the caller's.
//
// In a plain net of depth L the gradient of what layer 1 reads is a product of L Jacobians: Input tells whether that
// product shrank, grew or kept its size on its way down. Norm is what training gets of it; it also grows with the root of
// the number of channels that a kernel reads. It is an error when the network has no convolution.
func GradientNorms(backend compute.Backend, net Model, batch train.Batch, seed int64) ([]LayerGradient, error) {
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return nil, fmt.Errorf("insight: gradient norms: the batch has %d inputs and %d labels, want one of each",
			len(batch.Inputs), len(batch.Labels))
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := store.SetRNGStateFromSeed(seed); err != nil {
		return nil, fmt.Errorf("insight: gradient norms: %w", err)
	}
	var layers []string
	measure := func(scope *model.Scope, inputs []*Node) []*Node {
		store.SetTraining(inputs[0].Graph(), true)
		logits := net(scope, inputs[0])
		kernels, read := convolutions(logits.Graph())
		if len(kernels) == 0 {
			return []*Node{ReduceAllSum(logits)}
		}
		lossNode := ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits(inputs[1:], []*Node{logits}))
		var norms []*Node
		for _, gradient := range Gradient(lossNode, append(slices.Clone(kernels), read...)...) {
			norms = append(norms, Sqrt(ReduceAllSum(Square(ConvertDType(gradient, dtypes.Float32)))))
		}
		layers = nil
		for _, kernel := range kernels {
			layers = append(layers, kernel.GetParameterName())
		}
		return []*Node{Stack(norms, 0)} // [2·convolutions]
	}
	results, err := outputs(backend, store, measure, batch.Inputs[0], batch.Labels[0])
	if err != nil {
		return nil, fmt.Errorf("insight: gradient norms: %w", err)
	}
	if len(layers) == 0 {
		return nil, errors.New("insight: gradient norms: the network has no convolution")
	}
	norms, err := floats(results[0])
	if err != nil {
		return nil, fmt.Errorf("insight: gradient norms: %w", err)
	}
	gradients := make([]LayerGradient, len(layers))
	for i, layer := range layers {
		gradients[i] = LayerGradient{Layer: layer, Norm: norms[i], Input: norms[len(layers)+i]}
	}
	return gradients, nil
}

// convolutions are the parameters that convolutions of the graph use as kernels, each once, in the order of use, and what
// each reads there.
func convolutions(g *Graph) (kernels, read []*Node) {
	for _, node := range g.Nodes() {
		if node.Type() != NodeTypeConvGeneral {
			continue
		}
		kernel := asComputed(node.Inputs()[1])
		if kernel.Type() == NodeTypeParameter && !slices.Contains(kernels, kernel) {
			kernels, read = append(kernels, kernel), append(read, asComputed(node.Inputs()[0]))
		}
	}
	return kernels, read
}

// asComputed undoes the conversions to another precision that stand between a node and the convolution that reads it.
func asComputed(node *Node) *Node {
	for node.Type() == NodeTypeConvertDType && node.Inputs()[0].DType().IsFloat() {
		node = node.Inputs()[0]
	}
	return node
}
