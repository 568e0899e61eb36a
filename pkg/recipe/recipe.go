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

	"github.com/skipnets/skipnets/pkg/images"
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
	Muon  = "muon"  // Muon for the kernels of convolutions, SGD for all else
	// Layerwise is SGD whose step in each kernel or matrix is as long, in proportion to its weights, as in every other, however
	// large its gradient (after You et al. 2017, Large Batch Training of Convolutional Networks, arXiv:1708.03888, eq. 6). For an experiment on depth.
	Layerwise = "layerwise"

	OneCycle = "one-cycle" // up linearly to the peak, then down linearly
	Constant = "constant"
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
	// WeightDecay acts on convolution kernels and dense weights; biases are left alone, and so are the scales and offsets of
	// norms, unless DecayNorms is set. Muon decays no kernels: it gives each a fixed norm instead.
	WeightDecay float64 `json:"weight_decay,omitempty"`
	DecayNorms  bool    `json:"decay_norms,omitempty"`

	// KernelRate and KernelMomentum are those of Muon, for the kernels of convolutions.
	KernelRate     float64 `json:"kernel_rate,omitempty"`
	KernelMomentum float64 `json:"kernel_momentum,omitempty"`
	// OffsetRate is how many times faster the offsets of norms learn than other weights; 0 is as fast. Their decay in a step
	// is that of the others all the same. The offset behind a whitening layer is as slow as other weights: next to nothing
	// holds it, and in fast steps it grows into the thousands, where bfloat16 has no digits left for what differs.
	OffsetRate float64 `json:"offset_rate,omitempty"`

	Schedule string  `json:"schedule"`
	WarmUp   float64 `json:"warm_up,omitempty"` // the part of the steps, 0 to 1, in which the rate rises to its peak
	// StartRate and EndRate are parts of the peak rate: what the warm-up begins with, and what is left at the end.
	StartRate float64 `json:"start_rate,omitempty"`
	EndRate   float64 `json:"end_rate,omitempty"`

	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// LogitScale multiplies the logits before the loss; 0 leaves them alone. A small one keeps a network from being sure too
	// early. When the network is measured or kept, its last layer is multiplied by it, so that its logits are those that
	// were trained.
	LogitScale float64 `json:"logit_scale,omitempty"`
	// Lookahead is every how many steps the weights go back to a slow average of themselves, which is what is measured and
	// kept; 0 is never. See [Recipe.lookahead].
	Lookahead int `json:"lookahead,omitempty"`
	// NormMomentum is how much of BatchNorm's running averages a step keeps, from 0 to 1, where the network's own is larger;
	// 0 leaves the network's own. Averages that forget fast follow weights that move fast, and cost nothing.
	NormMomentum float64 `json:"norm_momentum,omitempty"`
	// FixedScale keeps the scales of norms at 1, so that only their offsets learn.
	FixedScale bool `json:"fixed_scale,omitempty"`
	// ReestimateBatches is how many training batches BatchNorm's statistics are measured anew on before an
	// evaluation; 0 keeps the running averages.
	ReestimateBatches int `json:"reestimate_batches,omitempty"`

	// Whiten makes the first convolution whiten the patches of the training images, and holds it still: see [Whiten]. The
	// bias or the norm's offset in its scope learns for the first part WhitenBias of the steps, from 0 to 1.
	Whiten     bool    `json:"whiten,omitempty"`
	WhitenBias float64 `json:"whiten_bias,omitempty"`
	// Identity makes convolutions hand their input on at first, where they have the channels to: see [IdentityKernels].
	Identity bool `json:"identity,omitempty"`

	// BFloat16 computes convolutions in bfloat16; weights, activations and statistics stay float32.
	BFloat16 bool `json:"bfloat16,omitempty"`

	// What the dataset does with the images: Fit cannot see it, and leaves it to whoever makes the dataset.
	images.Augment
}

// Limits that no sensible training reaches: a slip of the keyboard is named before anything is built.
const (
	maxEpochs    = 100_000
	maxSteps     = 100_000_000
	maxBatchSize = 1 << 16
)

// Validate returns an error that names the first field without sense.
func (r Recipe) Validate() error {
	part := func(v float64) bool { return v >= 0 && v <= 1 }
	amount := func(v float64) bool { return v >= 0 && v <= math.MaxFloat32 }
	checks := []struct {
		ok   bool
		what string
	}{
		{r.Epochs > 0 || r.Steps > 0, fmt.Sprintf("needs epochs or steps, has %d and %d", r.Epochs, r.Steps)},
		{r.Epochs <= maxEpochs, fmt.Sprintf("%d epochs are more than %d, which take days even at a second each", r.Epochs, maxEpochs)},
		{r.Steps <= maxSteps, fmt.Sprintf("%d steps are more than %d million, which take weeks", r.Steps, maxSteps/1_000_000)},
		{r.BatchSize > 0, fmt.Sprintf("batch size is %d", r.BatchSize)},
		{r.BatchSize <= maxBatchSize, fmt.Sprintf("batch size is %d, more than %d: no memory holds what a network keeps of so many images", r.BatchSize, maxBatchSize)},
		{oneOf(r.Optimizer, SGD, AdamW, Muon, Layerwise), fmt.Sprintf("optimizer %q is none of %q, %q, %q and %q", r.Optimizer, SGD, AdamW, Muon, Layerwise)},
		{r.LearningRate > 0 && amount(r.LearningRate), fmt.Sprintf("learning rate is %g", r.LearningRate)},
		{r.Momentum >= 0 && r.Momentum < 1, fmt.Sprintf("momentum is %g, not in [0, 1)", r.Momentum)},
		{amount(r.WeightDecay), fmt.Sprintf("weight decay is %g", r.WeightDecay)},
		{(r.Optimizer == Muon) == (r.KernelRate > 0) && amount(r.KernelRate), fmt.Sprintf("kernel rate is %g with optimizer %q: %q needs one, others have none", r.KernelRate, r.Optimizer, Muon)},
		{r.KernelMomentum >= 0 && r.KernelMomentum < 1, fmt.Sprintf("kernel momentum is %g, not in [0, 1)", r.KernelMomentum)},
		{amount(r.OffsetRate), fmt.Sprintf("offset rate is %g", r.OffsetRate)},
		{oneOf(r.Schedule, OneCycle, Constant), fmt.Sprintf("unknown schedule %q: there are %q and %q", r.Schedule, OneCycle, Constant)},
		{part(r.WarmUp), fmt.Sprintf("warm-up is %g, not a part from 0 to 1", r.WarmUp)},
		{part(r.StartRate), fmt.Sprintf("start rate is %g, not a part of the peak from 0 to 1", r.StartRate)},
		{part(r.EndRate), fmt.Sprintf("end rate is %g, not a part of the peak from 0 to 1", r.EndRate)},
		{r.LabelSmoothing >= 0 && r.LabelSmoothing < 1, fmt.Sprintf("label smoothing is %g", r.LabelSmoothing)},
		{amount(r.LogitScale), fmt.Sprintf("logit scale is %g", r.LogitScale)},
		{r.Lookahead >= 0, fmt.Sprintf("lookahead is every %d steps", r.Lookahead)},
		{r.NormMomentum >= 0 && r.NormMomentum < 1, fmt.Sprintf("norm momentum is %g, not in [0, 1)", r.NormMomentum)},
		{part(r.WhitenBias), fmt.Sprintf("whitening's bias is trained for %g of the steps, not a part from 0 to 1", r.WhitenBias)},
		{r.ReestimateBatches >= 0 && r.ReestimateBatches <= maxSteps, fmt.Sprintf("re-estimation takes %d batches", r.ReestimateBatches)},
	}
	for _, c := range checks {
		if !c.ok {
			return fmt.Errorf("recipe %q: %s", r.Name, c.what)
		}
	}
	if err := r.Augment.Validate(); err != nil {
		return fmt.Errorf("recipe %q: %w", r.Name, err)
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
