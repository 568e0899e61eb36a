// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/skipnets/skipnets/pkg/nets"
)

// A Replacement stands in for a block that is taken out. x is what the block reads and y what it would hand on; the result
// has the shape of y. The fair one is [nets.Carry], which is the same for every kind of block: a plain block is replaced by the
// identity, not by zeros. For dense blocks there is [NothingNew].
type Replacement func(x, y *Node) *Node

// NothingNew is for dense blocks: y with zeros in the place of the channels that the block has appended.
func NothingNew(x, y *Node) *Node {
	channels := x.Shape().Dim(-1)
	if channels > y.Shape().Dim(-1) {
		exceptions.Panicf("insight: a block that reads %s and hands on %s has appended nothing", x.Shape(), y.Shape())
	}
	kept := Slice(y, AxisRange().Spacer(), AxisRange(0, channels)) // [batch, height, width, in channels]
	return nets.Carry(kept, y)
}

// Blocks lists the paths of a network's blocks, in the order the images meet them, for images like those of the tensor.
// It is an error when the network calls none through nets.Run.
func Blocks(backend compute.Backend, net Model, images *tensors.Tensor) (paths []string, err error) {
	err = exceptions.TryCatch[error](func() {
		g := NewGraph(backend, "blocks")
		defer g.Finalize()
		nets.Operate(net, func(path string, x *Node, block func(*Node) *Node) *Node {
			paths = append(paths, path)
			return block(x)
		})(model.NewStore().RootScope(), Parameter(g, "images", images.Shape()))
	})
	if err == nil && len(paths) == 0 {
		err = errors.New("the network has none that it calls through nets.Run")
	}
	if err != nil {
		return nil, fmt.Errorf("insight: blocks: %w", err)
	}
	return paths, nil
}

// Without runs a trained network on the images without some of its blocks, as Veit et al. 2016 (arXiv:1605.06431, Sec. 4.1 and
// 4.2) do: once for each set of paths, an empty set for the whole network. Nothing is trained anew, and batch norms use the
// running averages in store. The result is the logits, [set][image][class]. It is an error when a path is no block's.
func Without(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor, replace Replacement, sets ...[]string) ([][][]float64, error) {
	fail := func(err error) ([][][]float64, error) { return nil, fmt.Errorf("insight: without blocks: %w", err) }
	paths, err := Blocks(backend, net, images)
	if err != nil {
		return fail(err)
	}
	exec, err := newRunner(backend, func(scope *model.Scope, inputs []*Node) []*Node {
		scope.Store().SetTraining(inputs[0].Graph(), false)
		kept := inputs[1] // [blocks], 0 for a block that is taken out
		return []*Node{nets.Operate(net, func(path string, x *Node, block func(*Node) *Node) *Node {
			y := block(x)
			keep := Squeeze(Slice(kept, AxisElem(slices.Index(paths, path)))) // scalar
			return Where(GreaterThan(keep, ScalarZero(keep.Graph(), keep.DType())), y, replace(x, y))
		})(scope, inputs[0])}
	})
	if err != nil {
		return fail(err)
	}
	defer exec.finalize()
	var all [][][]float64
	for _, set := range sets {
		kept := slices.Repeat([]float32{1}, len(paths))
		for _, path := range set {
			i := slices.Index(paths, path)
			if i < 0 {
				return fail(fmt.Errorf("no block %q; there are %s", path, strings.Join(paths, ", ")))
			}
			kept[i] = 0
		}
		results, err := exec.run(store, images, kept)
		if err != nil {
			return fail(err)
		}
		classes := results[0].Shape().Dim(-1)
		logits, err := floats(results[0])
		if err != nil {
			return fail(err)
		}
		all = append(all, slices.Collect(slices.Chunk(logits, classes)))
	}
	return all, nil
}

// Score is how a network does on some images.
type Score struct {
	Loss     float64 // mean cross-entropy in nats
	Accuracy float64 // the part of the images whose label has the largest logit
}

// ScoreOf compares logits [image][class] with the labels. It is an error if there is not one label an image, within the classes.
func ScoreOf(logits [][]float64, labels []int32) (Score, error) {
	if len(logits) != len(labels) || len(labels) == 0 {
		return Score{}, fmt.Errorf("insight: score: %d images and %d labels", len(logits), len(labels))
	}
	var score Score
	for i, row := range logits {
		if int(labels[i]) >= len(row) || labels[i] < 0 {
			return Score{}, fmt.Errorf("insight: score: label %d of image %d, for %d classes", labels[i], i, len(row))
		}
		highest := slices.Max(row)
		sum := 0.0
		for _, v := range row {
			sum += math.Exp(v - highest)
		}
		score.Loss += math.Log(sum) + highest - row[labels[i]]
		if slices.Index(row, highest) == int(labels[i]) {
			score.Accuracy++
		}
	}
	score.Loss /= float64(len(labels))
	score.Accuracy /= float64(len(labels))
	return score, nil
}

// Scores measures the network on a batch with the weights of each store. The batch is as in [MeasureGradients]; batch
// norms use the running averages, or, if training is true, the statistics of the batch.
func Scores(backend compute.Backend, net Model, batch train.Batch, training bool, stores ...*model.Store) ([]Score, error) {
	meter, err := newScorer(backend, net, batch, training)
	if err != nil {
		return nil, fmt.Errorf("insight: scores: %w", err)
	}
	defer meter.exec.finalize()
	scores := make([]Score, len(stores))
	for i, store := range stores {
		if scores[i], err = meter.score(store); err != nil {
			return nil, fmt.Errorf("insight: scores: %w", err)
		}
	}
	return scores, nil
}

// A scorer measures many stores on one batch.
type scorer struct {
	exec   *runner
	images *tensors.Tensor
	labels []int32
}

func newScorer(backend compute.Backend, net Model, batch train.Batch, training bool) (*scorer, error) {
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return nil, fmt.Errorf("the batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels))
	}
	labels, err := tensors.CopyFlatData[int32](batch.Labels[0])
	if err != nil {
		return nil, err
	}
	exec, err := newRunner(backend, func(scope *model.Scope, inputs []*Node) []*Node {
		scope.Store().SetTraining(inputs[0].Graph(), training)
		return []*Node{net(scope, inputs[0])}
	})
	return &scorer{exec: exec, images: batch.Inputs[0], labels: labels}, err
}

func (s *scorer) score(store *model.Store) (Score, error) {
	results, err := s.exec.run(store, s.images)
	if err != nil {
		return Score{}, err
	}
	classes := results[0].Shape().Dim(-1)
	logits, err := floats(results[0])
	if err != nil {
		return Score{}, err
	}
	return ScoreOf(slices.Collect(slices.Chunk(logits, classes)), s.labels)
}

// Rearranged returns a copy of a trained network in which blocks have changed places: the block at path p has the weights and
// averages of the block from[p], as in Veit et al. 2016 (Sec. 4.3). It is an error when two such blocks do not have the same variables.
func Rearranged(store *model.Store, from map[string]string) (*model.Store, error) {
	readAll(store)
	copied, err := store.Clone()
	if err != nil {
		return nil, fmt.Errorf("insight: rearranged: %w", err)
	}
	for path, source := range from {
		moved := 0
		for v := range copied.Scope("/" + path).IterVariables() {
			other := store.GetVariable("/" + source + strings.TrimPrefix(v.Path(), "/"+path))
			if other == nil || !other.Shape().Equal(v.Shape()) {
				return nil, fmt.Errorf("insight: rearranged: %s of block %q has no match in block %q", v.Path(), path, source)
			}
			value, err := other.Value()
			if err == nil {
				value, err = value.LocalClone()
			}
			if err == nil {
				err = v.SetValue(value)
			}
			if err != nil {
				return nil, fmt.Errorf("insight: rearranged: %w", err)
			}
			moved++
		}
		if moved == 0 {
			return nil, fmt.Errorf("insight: rearranged: no weights of a block %q", path)
		}
	}
	return copied, nil
}
