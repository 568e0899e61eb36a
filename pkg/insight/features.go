// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/nets"
	"gonum.org/v1/gonum/mat"
)

// BlockFeatures is what a block hands on, averaged over all pixels as the head of a network does.
type BlockFeatures struct {
	Block  string      // its path
	Images [][]float64 // [image][channel]
}

// Features runs a trained network on the images, batch norms with the running averages in store, and returns what each
// block hands on, in the order of the blocks.
func Features(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([]BlockFeatures, error) {
	var features []BlockFeatures
	results, err := observe(backend, net, store, images, func(path string, _, y *Node) *Node {
		features = append(features, BlockFeatures{Block: path})
		return ReduceMean(y, 1, 2) // [batch, channels]
	})
	if err != nil {
		return nil, fmt.Errorf("insight: features: %w", err)
	}
	for i, result := range results {
		channels := result.Shape().Dim(1)
		flat, err := floats(result)
		if err != nil {
			return nil, fmt.Errorf("insight: features: %w", err)
		}
		features[i].Images = slices.Collect(slices.Chunk(flat, channels))
	}
	return features, nil
}

// A Refinement tells how a block's result compares with that of the last block of its stage, whose maps have the same shape.
type Refinement struct {
	Block    string  // its path
	Distance float64 // ‖last − y‖ / ‖last‖, the mean over images: 0 for the last block itself
	Step     float64 // ‖y − x‖ / ‖x‖, the mean over images: how far the block itself moves; NaN where it changes the shape
}

// Refinements measures whether the blocks of a stage refine one estimate, as Greff et al. 2017 (arXiv:1612.07771, Sec. 3) read residual
// and highway networks, or compute something new each time. If they refine, Distance falls from block to block, and Step
// is small. Batch norms use the running averages in store.
func Refinements(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([]Refinement, error) {
	fail := func(err error) ([]Refinement, error) { return nil, fmt.Errorf("insight: refinements: %w", err) }
	var measured []Refinement
	var handed []*Node
	results, err := observe(backend, net, store, images, func(path string, x, y *Node) *Node {
		measured, handed = append(measured, Refinement{Block: path}), append(handed, y)
		if !x.Shape().Equal(y.Shape()) {
			return MulScalar(ReduceSum(y, 1, 2, 3), math.NaN()) // [batch]
		}
		return relative(y, x)
	}, func() (distances []*Node) {
		for i, y := range handed {
			last := i
			for last+1 < len(handed) && handed[last+1].Shape().Equal(y.Shape()) {
				last++
			}
			distances = append(distances, relative(y, handed[last]))
		}
		return distances
	})
	if err != nil {
		return fail(err)
	}
	for i := range measured {
		steps, err := floats(results[i])
		if err != nil {
			return fail(err)
		}
		distances, err := floats(results[len(measured)+i])
		if err != nil {
			return fail(err)
		}
		measured[i].Step, measured[i].Distance = mean(steps), mean(distances)
	}
	return measured, nil
}

// relative is ‖y − to‖ / ‖to‖ for each image: [batch].
func relative(y, to *Node) *Node {
	length := func(n *Node) *Node { return Sqrt(ReduceSum(Square(ConvertDType(n, dtypes.Float32)), 1, 2, 3)) }
	return Div(length(Sub(y, to)), length(to))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// observe runs a trained network on the images and returns what look makes of each block's x and y, then what more makes.
func observe(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor,
	look func(path string, x, y *Node) *Node, more ...func() []*Node) ([]*tensors.Tensor, error) {
	if _, err := Blocks(backend, net, images); err != nil {
		return nil, err
	}
	copied, err := store.Clone()
	if err != nil {
		return nil, err
	}
	defer copied.Finalize()
	return outputs(backend, copied, func(scope *model.Scope, inputs []*Node) []*Node {
		copied.SetTraining(inputs[0].Graph(), false)
		var looks []func() *Node
		nets.Operate(net, func(path string, x *Node, block func(*Node) *Node) *Node {
			y := block(x)
			looks = append(looks, func() *Node { return Identity(ConvertDType(look(path, x, y), dtypes.Float32)) })
			return y
		})(scope, inputs[0])
		var seen []*Node
		for _, look := range looks { // when all variables are there, even those of the head: docs/upstream.md
			seen = append(seen, look())
		}
		for _, f := range more {
			seen = append(seen, f()...)
		}
		return seen
	}, images)
}

// A Probe is a linear classifier of features, a head trained anew.
type Probe struct{ weights *mat.Dense } // [features + 1, classes], the biases last

// TrainProbe fits a linear classifier to features [image][feature] by ridge regression on the one-hot labels (Hastie, Tibshirani and
// Friedman 2009, eq. 3.41): the weights W that minimise ‖XW − Y‖² + Σᵢ penalty·‖xᵢ‖²·‖Wᵢ‖², the biases free. Feature i is punished
// in proportion to its own size ‖xᵢ‖², so that its unit does not matter. There is one solution and no learning rate, so probes
// of different blocks compare.
func TrainProbe(features [][]float64, labels []int32, classes int, penalty float64) (*Probe, error) {
	if len(features) == 0 || len(features) != len(labels) || penalty <= 0 {
		return nil, fmt.Errorf("insight: probe: %d images, %d labels, penalty %g: want one label an image and a penalty above 0", len(features), len(labels), penalty)
	}
	n, width := len(features), len(features[0])+1
	x, y := mat.NewDense(n, width, nil), mat.NewDense(n, classes, nil)
	for i, row := range features {
		if len(row) != width-1 || labels[i] < 0 || int(labels[i]) >= classes {
			return nil, fmt.Errorf("insight: probe: image %d has %d features and label %d, for %d features and %d classes", i, len(row), labels[i], width-1, classes)
		}
		x.SetRow(i, append(slices.Clone(row), 1))
		y.Set(i, int(labels[i]), 1)
	}
	var gram, target mat.Dense
	gram.Mul(x.T(), x)
	target.Mul(x.T(), y)
	normal := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			normal.SetSym(i, j, gram.At(i, j))
		}
		if i < width-1 {
			normal.SetSym(i, i, gram.At(i, i)*(1+penalty)+1e-9) // relative to the feature's own size
		}
	}
	var factors mat.Cholesky
	if !factors.Factorize(normal) {
		return nil, errors.New("insight: probe: the features are not finite, or depend on each other: raise the penalty")
	}
	weights := mat.NewDense(width, classes, nil)
	if err := factors.SolveTo(weights, &target); err != nil {
		return nil, fmt.Errorf("insight: probe: %w", err)
	}
	return &Probe{weights}, nil
}

// Logits are the scores of each class for each image. They are no log-probabilities: the largest is the answer.
func (p *Probe) Logits(features [][]float64) [][]float64 {
	width, classes := p.weights.Dims()
	logits := make([][]float64, len(features))
	for i, row := range features {
		logits[i] = make([]float64, classes)
		for c := range classes {
			logits[i][c] = p.weights.At(width-1, c)
			for f, v := range row {
				logits[i][c] += v * p.weights.At(f, c)
			}
		}
	}
	return logits
}
