// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/skipnets/skipnets/pkg/nets"
)

// PathGradients splits the gradient of a residual network by the path that it takes. Each block offers it two ways down, the
// branch and the shortcut, so n blocks make 2ⁿ paths; paths[p][i] tells whether path p takes the branch of block i. The result is,
// for each path, the Euclidean length of the gradient that reaches what the first block reads along this path alone; the image goes
// forward through the whole network every time, as in Veit et al. 2016 (arXiv:1605.06431, Sec. 4.3 and Fig. 6). The gradients
// themselves, not their lengths, add up to the whole gradient.
//
// The network's blocks are y = F(x) + x, or ReLU(F(x) + x) if reluAfterSum is true, with the shortcut of pkg/blocks.Residual; the
// ReLU's derivative then belongs to both ways. Batch norms are as in training. The batch is as in [MeasureGradients].
func PathGradients(backend compute.Backend, net Model, store *model.Store, batch train.Batch, reluAfterSum bool, paths ...[]bool) ([]float64, error) {
	fail := func(err error) ([]float64, error) { return nil, fmt.Errorf("insight: path gradients: %w", err) }
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return fail(fmt.Errorf("the batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels)))
	}
	blocks, err := Blocks(backend, net, batch.Inputs[0])
	if err != nil {
		return fail(err)
	}
	exec, err := newRunner(backend, func(scope *model.Scope, inputs []*Node) []*Node {
		scope.Store().SetTraining(inputs[0].Graph(), true)
		return []*Node{pathGradient(scope, net, inputs[0], inputs[1:2], inputs[2], reluAfterSum)}
	})
	if err != nil {
		return fail(err)
	}
	defer exec.finalize()
	norms := make([]float64, len(paths))
	for i, path := range paths {
		if len(path) != len(blocks) {
			return fail(fmt.Errorf("path %d has %d choices for %d blocks", i, len(path), len(blocks)))
		}
		branches := make([]float32, len(path))
		for b, taken := range path {
			if taken {
				branches[b] = 1
			}
		}
		results, err := exec.run(store, batch.Inputs[0], batch.Labels[0], branches)
		if err != nil {
			return fail(err)
		}
		length, err := floats(results[0])
		if err != nil {
			return fail(err)
		}
		norms[i] = length[0]
	}
	return norms, nil
}

// pathGradient builds the length of the gradient that comes down through the branches that are 1 and the shortcuts of the others.
func pathGradient(scope *model.Scope, net Model, images *Node, labels []*Node, branches *Node, reluAfterSum bool) *Node {
	var read *Node // by the first block
	index := 0
	logits := nets.Operate(net, func(_ string, x *Node, block func(*Node) *Node) *Node {
		if read == nil {
			x = passing(x, nil)
			read = x
		}
		y := block(x)
		shortcut := nets.Carry(x, y)
		if reluAfterSum {
			shortcut = Mul(shortcut, StopGradient(ConvertDType(GreaterThan(y, ZerosLike(y)), y.DType())))
		}
		branch := Sub(y, shortcut)
		taken := Squeeze(Slice(branches, AxisElem(index))) // scalar
		index++
		return Add(passing(branch, taken), passing(shortcut, OneMinus(taken)))
	})(scope, images)
	lossNode := ReduceAllMean(loss.SparseCategoricalCrossEntropyLogits(labels, []*Node{logits}))
	return Reshape(lengthOf(Gradient(lossNode, read)[0]), 1)
}

// passing is x, and multiplies the gradient on its way down by the factor, if it is not nil.
func passing(x, factor *Node) *Node {
	return IdentityWithCustomGradient(x, func(_, gradient *Node) *Node {
		if factor == nil {
			return gradient
		}
		return Mul(gradient, ConvertDType(factor, gradient.DType()))
	})
}

// AllPaths lists the 2ⁿ paths through n blocks.
func AllPaths(n int) [][]bool {
	paths := make([][]bool, 1<<n)
	for p := range paths {
		paths[p] = make([]bool, n)
		for i := range n {
			paths[p][i] = p>>i&1 == 1
		}
	}
	return paths
}

// BranchesOf is the length of a path: how many branches it takes.
func BranchesOf(path []bool) int {
	n := 0
	for _, taken := range path {
		if taken {
			n++
		}
	}
	return n
}
