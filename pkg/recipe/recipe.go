// SPDX-License-Identifier: Apache-2.0

// Package recipe trains a network and measures it.
//
// A [Recipe] says how: epochs, optimizer, learning rates, augmentation. A [Job] adds what: a backend, a model function,
// the data, a directory. [Fit] runs the job, keeps checkpoints, and goes on where an earlier run of the same job
// stopped; [Evaluate] measures the result on images it has not seen.
//
// The package knows no network: a [Model] is any function from images to logits.
package recipe

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// Model builds a network: from a batch of images, in whatever form the dataset yields them, to float32 logits
// [batch, classes].
type Model = func(scope *model.Scope, images *graph.Node) *graph.Node

// Dataset is what a network is trained or measured on. Batches hold one input tensor of images and one int32 label
// tensor [batch, 1]; all but the last of an epoch have the same size.
type Dataset interface {
	Name() string
	// Len is the number of images in one epoch.
	Len() int
	// Steps is the number of batches in one epoch.
	Steps() int
	// From yields the batches of the given epoch, beginning with batch number step. The same (epoch, step) always
	// yields the same batches: that is what makes a resumed run equal to an unbroken one.
	From(epoch, step int) iter.Seq2[train.Batch, error]
}

// The names a Recipe may use.
const (
	SGD   = "sgd"   // with Nesterov momentum
	AdamW = "adamw" // Adam with decoupled weight decay; with WeightDecay 0 it is Adam

	OneCycle = "one-cycle" // up linearly to the peak, then down linearly to zero
	Cosine   = "cosine"    // up linearly to the peak, then half a cosine down to zero
	Step     = "step"      // a tenth after half of the steps, a hundredth after three quarters
	Constant = "constant"

	NoFlip          = "none"
	RandomFlip      = "random"      // each image mirrored with probability one half
	AlternatingFlip = "alternating" // mirrored every other epoch: each pair of epochs shows both sides of every image
)

// Recipe says how a network is trained. It holds no network and no data, so one recipe serves all networks that are
// to be compared.
type Recipe struct {
	Name string `json:"name"`

	Epochs    int `json:"epochs"`
	Steps     int `json:"steps,omitempty"` // if not zero, training ends after so many steps and Epochs is ignored
	BatchSize int `json:"batch_size"`

	Optimizer    string  `json:"optimizer"`
	LearningRate float64 `json:"learning_rate"` // at the peak of the schedule
	Momentum     float64 `json:"momentum,omitempty"`
	// WeightDecay acts on convolution kernels and dense weights; scales, offsets and biases (rank 1) are left alone.
	WeightDecay float64 `json:"weight_decay,omitempty"`

	Schedule string  `json:"schedule"`
	WarmUp   float64 `json:"warm_up,omitempty"` // the part of the steps, 0 to 1, in which the rate rises to its peak

	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// Averaging is the last part of the steps, 0 to 1, over which the weights are averaged; the average is what is
	// measured and kept (after Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization",
	// who average once an epoch or cycle; here it is every step).
	Averaging float64 `json:"averaging,omitempty"`
	// ReestimateBatches is how many training batches BatchNorm's statistics are measured anew on before an
	// evaluation; 0 keeps the running averages, except for averaged weights, which have none of their own.
	ReestimateBatches int `json:"reestimate_batches,omitempty"`

	// BFloat16 computes convolutions in bfloat16; weights, activations and statistics stay float32.
	BFloat16 bool `json:"bfloat16,omitempty"`

	// What the dataset does with the images: Fit cannot see it, and leaves it to whoever makes the dataset.
	Pad  int    `json:"pad,omitempty"` // random crops after padding by so many pixels
	Flip string `json:"flip,omitempty"`
}

// Limits that no sensible training reaches: a slip of the keyboard is named before anything is built.
const (
	maxEpochs    = 100_000
	maxSteps     = 100_000_000
	maxBatchSize = 1 << 16
	maxPad       = 1024 // pixels
)

// Validate returns an error that names the first field without sense.
func (r Recipe) Validate() error {
	part := func(v float64) bool { return v >= 0 && v <= 1 }
	checks := []struct {
		ok   bool
		what string
	}{
		{r.Epochs > 0 || r.Steps > 0, fmt.Sprintf("needs epochs or steps, has %d and %d", r.Epochs, r.Steps)},
		{r.Epochs <= maxEpochs, fmt.Sprintf("%d epochs are more than %d, which take days even at a second each", r.Epochs, maxEpochs)},
		{r.Steps <= maxSteps, fmt.Sprintf("%d steps are more than %d million, which take weeks", r.Steps, maxSteps/1_000_000)},
		{r.BatchSize > 0, fmt.Sprintf("batch size is %d", r.BatchSize)},
		{r.BatchSize <= maxBatchSize, fmt.Sprintf("batch size is %d, more than %d: no memory holds what a network keeps of so many images", r.BatchSize, maxBatchSize)},
		{oneOf(r.Optimizer, SGD, AdamW), fmt.Sprintf("optimizer %q is neither %q nor %q", r.Optimizer, SGD, AdamW)},
		{r.LearningRate > 0 && r.LearningRate <= math.MaxFloat32, fmt.Sprintf("learning rate is %g", r.LearningRate)},
		{r.Momentum >= 0 && r.Momentum < 1, fmt.Sprintf("momentum is %g, not in [0, 1)", r.Momentum)},
		{r.WeightDecay >= 0 && !math.IsInf(r.WeightDecay, 1), fmt.Sprintf("weight decay is %g", r.WeightDecay)},
		{oneOf(r.Schedule, OneCycle, Cosine, Step, Constant), fmt.Sprintf("unknown schedule %q", r.Schedule)},
		{part(r.WarmUp), fmt.Sprintf("warm-up is %g, not a part from 0 to 1", r.WarmUp)},
		{part(r.Averaging), fmt.Sprintf("averaging is %g, not a part from 0 to 1", r.Averaging)},
		{r.LabelSmoothing >= 0 && r.LabelSmoothing < 1, fmt.Sprintf("label smoothing is %g", r.LabelSmoothing)},
		{r.ReestimateBatches >= 0 && r.ReestimateBatches <= maxSteps, fmt.Sprintf("re-estimation takes %d batches", r.ReestimateBatches)},
		{r.Pad >= 0 && r.Pad <= maxPad, fmt.Sprintf("pad is %d, not from 0 to %d", r.Pad, maxPad)},
		{oneOf(r.Flip, "", NoFlip, RandomFlip, AlternatingFlip), fmt.Sprintf("unknown flip %q", r.Flip)},
	}
	for _, c := range checks {
		if !c.ok {
			return fmt.Errorf("recipe %q: %s", r.Name, c.what)
		}
	}
	return nil
}

// TotalSteps is the number of training steps on a dataset of stepsPerEpoch batches.
func (r Recipe) TotalSteps(stepsPerEpoch int) int {
	if r.Steps > 0 {
		return r.Steps
	}
	return r.Epochs * stepsPerEpoch
}

// String is the recipe as JSON, as it is kept beside a run.
func (r Recipe) String() string {
	text, err := json.Marshal(r)
	if err != nil { // a number that JSON cannot hold
		type bare Recipe // without this method, which %+v would call again
		return fmt.Sprintf("%+v", bare(r))
	}
	return string(text)
}

func oneOf(s string, allowed ...string) bool {
	for _, a := range allowed {
		if s == a {
			return true
		}
	}
	return false
}
