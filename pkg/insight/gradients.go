// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/skipnets/skipnets/pkg/nets"
)

// LayerGradient is how strongly the loss pulls at one convolution.
type LayerGradient struct {
	Layer string  // the kernel's path in the store, "/stage1/block2/conv1/weights"
	Norm  float64 // Euclidean length of ∂loss/∂kernel, all entries together
	Input float64 // Euclidean length of ∂loss/∂x for the x that the convolution reads, of the whole batch and along all paths
}

// BlockGradient is how strongly the loss pulls at what a block reads.
type BlockGradient struct {
	Block string  // its path, "stage1/block2"
	Input float64 // Euclidean length of ∂loss/∂x for the x that the block reads, of the whole batch and along all paths
}

// Gradients are those of one batch in a network at one moment of its training.
type Gradients struct {
	Loss   float64         // mean cross-entropy of the batch, in nats
	Layers []LayerGradient // of each convolution, in the order the image meets them
	Blocks []BlockGradient // of each block that the network calls through nets.Run, in that order
}

// GradientNorms initialises the network from the seed and returns the norms of its gradient for each convolution, as in the first
// step of training. Batch and results are as in [MeasureGradients].
//
// In a plain net of depth L the gradient of what layer 1 reads is a product of L Jacobians: Input tells whether that
// product shrank, grew or kept its size on its way down. Norm is what training gets of it; it also grows with the root of
// the number of channels that a kernel reads. It is an error when the network has no convolution.
func GradientNorms(backend compute.Backend, net Model, batch train.Batch, seed int64) ([]LayerGradient, error) {
	store := model.NewStore()
	defer store.Finalize()
	if err := store.SetRNGStateFromSeed(seed); err != nil {
		return nil, fmt.Errorf("insight: gradient norms: %w", err)
	}
	measured, err := MeasureGradients(backend, net, batch, store)
	if err != nil {
		return nil, err
	}
	return measured[0].Layers, nil
}

// MeasureGradients computes the mean cross-entropy of one batch, with batch norms as in training, for the weights in each
// store, and the norms of its gradients: one result a store. The batch has one input, whatever the network takes, and one
// tensor of integer labels [batch, 1]. It stays the caller's, and no store is changed; variables that the first store lacks
// have their initial values. The graph is compiled once, so to follow a training, collect clones of its store and measure
// them together.
func MeasureGradients(backend compute.Backend, net Model, batch train.Batch, stores ...*model.Store) ([]Gradients, error) {
	fail := func(err error) ([]Gradients, error) { return nil, fmt.Errorf("insight: gradients: %w", err) }
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return fail(fmt.Errorf("the batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels)))
	}
	var layers, blocks []string
	exec, err := newRunner(backend, func(scope *model.Scope, inputs []*Node) []*Node {
		scope.Store().SetTraining(inputs[0].Graph(), true)
		var norms []*Node
		norms, layers, blocks = gradientNorms(scope, net, inputs[0], inputs[1:])
		return norms
	})
	if err != nil {
		return fail(err)
	}
	defer exec.finalize()
	var all []Gradients
	for _, store := range stores {
		results, err := exec.run(store, batch.Inputs[0], batch.Labels[0])
		if err != nil {
			return fail(err)
		}
		if len(layers) == 0 {
			return fail(errors.New("the network has no convolution"))
		}
		norms, err := floats(results[0]) // [1 + 2·layers + blocks]
		if err != nil {
			return fail(err)
		}
		measured := Gradients{Loss: norms[0]}
		norms = norms[1:]
		for i, layer := range layers {
			measured.Layers = append(measured.Layers, LayerGradient{Layer: layer, Norm: norms[i], Input: norms[len(layers)+i]})
		}
		for i, block := range blocks {
			measured.Blocks = append(measured.Blocks, BlockGradient{Block: block, Input: norms[2*len(layers)+i]})
		}
		all = append(all, measured)
	}
	return all, nil
}

// gradientNorms builds the loss and its gradients: one vector of the loss, the norms at the layers' kernels, at what the
// layers read, and at what the blocks read.
func gradientNorms(scope *model.Scope, net Model, images *Node, labels []*Node) (norms []*Node, layers, blocks []string) {
	var reads []*Node // by the blocks
	logits := nets.Operate(net, func(path string, x *Node, block func(*Node) *Node) *Node {
		x = passing(x, nil) // a node of its own, that the block alone reads
		blocks, reads = append(blocks, path), append(reads, x)
		return block(x)
	})(scope, images)
	kernels, read := convolutions(logits.Graph())
	if len(kernels) == 0 {
		return []*Node{ReduceAllSum(logits)}, nil, nil
	}
	lossNode := ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits(labels, []*Node{logits}))
	values := []*Node{ConvertDType(lossNode, dtypes.Float32)}
	for _, gradient := range Gradient(lossNode, slices.Concat(kernels, read, reads)...) {
		values = append(values, lengthOf(gradient))
	}
	for _, kernel := range kernels {
		layers = append(layers, kernel.GetParameterName())
	}
	return []*Node{Stack(values, 0)}, layers, blocks
}

// lengthOf is the Euclidean length of all values of a node together, in float32.
func lengthOf(node *Node) *Node {
	return Sqrt(ReduceAllSum(Square(ConvertDType(node, dtypes.Float32))))
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

// LayerUpdate is how far training has moved one tensor of weights.
type LayerUpdate struct {
	Layer string  // path in the store
	Ratio float64 // ‖after − before‖ / ‖before‖
}

// UpdateRatios compares two states of a network: by which part of their length have the weights moved? Karpathy's rule
// of thumb for one step is 1/1000. It takes trainable float32 weights of rank 2 and higher, kernels and matrices, that are in both
// stores under one path and shape, in alphabetical order; those of zero length have no ratio and are left out.
func UpdateRatios(before, after *model.Store) ([]LayerUpdate, error) {
	readAll(before, after)
	var updates []LayerUpdate
	for v := range before.IterVariables() {
		other := after.GetVariable(v.Path())
		if !v.Trainable || v.DType() != dtypes.Float32 || v.Shape().Rank() < 2 || other == nil || !other.Shape().Equal(v.Shape()) {
			continue
		}
		old, err := values(v)
		if err != nil {
			return nil, fmt.Errorf("insight: update ratios: %w", err)
		}
		now, err := values(other)
		if err != nil {
			return nil, fmt.Errorf("insight: update ratios: %w", err)
		}
		if length := euclid(old); length > 0 {
			for i := range now {
				now[i] -= old[i]
			}
			updates = append(updates, LayerUpdate{Layer: v.Path(), Ratio: euclid(now) / length})
		}
	}
	slices.SortFunc(updates, func(a, b LayerUpdate) int { return cmp.Compare(a.Layer, b.Layer) })
	return updates, nil
}

// values copies what a variable holds.
func values(v *model.Variable) ([]float64, error) {
	value, err := v.Value()
	if err != nil {
		return nil, err
	}
	flat, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, err
	}
	return widen(flat), nil
}
