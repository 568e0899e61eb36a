// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// Score is how a network does on a dataset.
type Score struct {
	Loss        float64 // mean cross-entropy in nats, without label smoothing
	Accuracy    float64 // the part of images whose label has the largest logit, 0 to 1
	Images      int
	Predictions []int32 // the predicted class of each image, in the dataset's order
	Labels      []int32
	Logits      [][]float32 // of each image: [Images][classes]
}

// Confusion counts the images by label and prediction: counts[label][prediction]. It panics if one of them is not a class
// from 0 to classes-1.
func (s Score) Confusion(classes int) (counts [][]int) {
	counts = make([][]int, classes)
	for i := range counts {
		counts[i] = make([]int, classes)
	}
	for i, label := range s.Labels {
		counts[label][s.Predictions[i]]++
	}
	return counts
}

// Evaluate measures the network with the values in store on every image of the dataset. BatchNorm uses its stored
// statistics, so the score does not depend on how the images are grouped. A loss that is not finite is an error that wraps
// [ErrNotFinite].
func Evaluate(ctx context.Context, backend compute.Backend, net Model, store *model.Store, data Dataset) (Score, error) {
	e, err := newEvaluator(backend, net, store)
	if err != nil {
		return Score{}, err
	}
	defer e.exec.Finalize()
	score, err := e.run(ctx, data)
	if err == nil && (math.IsNaN(score.Loss) || math.IsInf(score.Loss, 0)) {
		return Score{}, fmt.Errorf("evaluate on %s: the loss is %g: %w: these weights are of no use", data.Name(), score.Loss, ErrNotFinite)
	}
	return score, err
}

// evaluator is a compiled forward pass; it may run many times while the store's values change.
type evaluator struct {
	backend compute.Backend
	net     Model
	exec    *model.Exec
	store   *model.Store
	checked bool
}

func newEvaluator(backend compute.Backend, net Model, store *model.Store) (*evaluator, error) {
	graph := func(scope *model.Scope, inputs []*Node) []*Node {
		images, labels := inputs[0], inputs[1]
		scope.Store().SetTraining(images.Graph(), false)
		logits := net(scope, images) // [batch, classes]
		return []*Node{ReduceAllSum(crossEntropy(logits, labels, 0)), predictions(logits), logits}
	}
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return nil, fmt.Errorf("prepare evaluation: %w", err)
	}
	return &evaluator{backend: backend, net: net, exec: exec, store: store}, nil
}

func (e *evaluator) run(ctx context.Context, data Dataset) (Score, error) {
	var score Score
	loss := 0.0
	for batch, err := range data.From(0, 0) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return Score{}, fmt.Errorf("evaluate on %s: %w", data.Name(), err)
		}
		batchLoss, err := e.batch(batch, &score)
		if err != nil {
			return Score{}, fmt.Errorf("evaluate on %s: %w", data.Name(), err)
		}
		loss += batchLoss
	}
	score.Images = len(score.Labels)
	if score.Images == 0 {
		return Score{}, fmt.Errorf("evaluate on %s: no images", data.Name())
	}
	hits := 0
	for i, label := range score.Labels {
		if score.Predictions[i] == label {
			hits++
		}
	}
	score.Loss = loss / float64(score.Images)
	score.Accuracy = float64(hits) / float64(score.Images)
	return score, nil
}

// batch measures one batch: it appends to the score's lists and returns the sum of the losses.
func (e *evaluator) batch(batch train.Batch, score *Score) (loss float64, err error) {
	defer batch.Finalize()
	if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
		return 0, fmt.Errorf("a batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels))
	}
	if !e.checked {
		images, labels := batch.Inputs[0].Shape(), batch.Labels[0].Shape()
		err := CompileLoaded(e.backend, e.net, e.store, images, func() error {
			_, err := e.exec.Compile(images, labels)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("compile: %w", err)
		}
		e.checked = true
	}
	score.Labels = append(score.Labels, tensors.MustCopyFlatData[int32](batch.Labels[0])...)
	out, err := e.exec.Exec(batch.Inputs[0], batch.Labels[0])
	if err != nil {
		return 0, err
	}
	defer finalize(out)
	logits, ok := out[2].Value().([][]float32)
	if !ok {
		return 0, fmt.Errorf("logits are %s, not float32 [batch, classes]", out[2].Shape())
	}
	score.Predictions = append(score.Predictions, tensors.MustCopyFlatData[int32](out[1])...)
	score.Logits = append(score.Logits, logits...)
	return float64(tensors.ToScalar[float32](out[0])), nil
}

// Logits are what the network with the values in store says of a batch of images: [batch][classes].
func Logits(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) ([][]float32, error) {
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, images *Node) *Node {
		scope.Store().SetTraining(images.Graph(), false)
		return net(scope, images)
	})
	if err != nil {
		return nil, fmt.Errorf("prepare logits: %w", err)
	}
	defer exec.Finalize()
	err = CompileLoaded(backend, net, store, images.Shape(), func() error {
		_, err := exec.Compile(images.Shape())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	out, err := exec.Exec(images)
	if err != nil {
		return nil, fmt.Errorf("logits: %w", err)
	}
	defer finalize(out)
	if !isFinite(out[0]) {
		return nil, fmt.Errorf("logits: %w: these weights are of no use", ErrNotFinite)
	}
	logits, ok := out[0].Value().([][]float32)
	if !ok {
		return nil, fmt.Errorf("logits are %s, not float32 [batch, classes]", out[0].Shape())
	}
	return logits, nil
}

func finalize(values []*tensors.Tensor) {
	for _, v := range values {
		v.MustFinalizeAll()
	}
}
