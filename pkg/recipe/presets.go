// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// short is the recipe of the presets that are to get the most out of a given time. They differ in epochs, in how far images are
// shifted, which must grow with the epochs, and, with the network, in width.
// It follows airbench94_muon (Jordan 2024, arXiv:2404.00498, and the repository cifar10-airbench): rates and decay are its
// own for batches of this size. Each part of it can be left out: see [Recipe.Without].
func short(name string, epochs, shift int) Recipe {
	return Recipe{
		Name: name, Epochs: epochs, BatchSize: 500,
		Optimizer: Muon, KernelRate: 0.12, KernelMomentum: 0.8,
		LearningRate: 0.75, Momentum: 0.85, WeightDecay: 1.3e-3, DecayNorms: true, OffsetRate: 64,
		Schedule: OneCycle, WarmUp: 0.1, StartRate: 0.2,
		LabelSmoothing: 0.2, LogitScale: 1.0 / 9,
		ReestimateBatches: 10, FixedScale: true, Whiten: true, WhitenBias: 0.35, Identity: true,
		BFloat16: true, Augment: images.Augment{Pad: shift, Reflect: true, Flip: images.AlternatingFlip},
	}
}

// presets are in the order in which they cost more.
var presets = []Recipe{
	{ // seconds on the embedded sample: to see that all works
		Name: "quick", Epochs: 4, BatchSize: 50,
		Optimizer: SGD, LearningRate: 0.05, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.25, Augment: images.Augment{Flip: images.RandomFlip},
	},
	short("class", 6, 2), // about four minutes a network
	{ // for the experiment on depth, with nets that differ in depth and merge alone: at most fifteen minutes each
		Name: "depth", Epochs: 10, BatchSize: 128,
		Optimizer: SGD, LearningRate: 0.1, Momentum: 0.9, WeightDecay: 1e-4,
		Schedule: OneCycle, WarmUp: 0.25, BFloat16: true, Augment: images.Augment{Pad: 2, Flip: images.AlternatingFlip}, ReestimateBatches: 20,
	},
	short("break", 12, 2), // about twenty minutes a network
	{ // at most one hour a network on two cores
		Name: "hour", Epochs: 32, BatchSize: 256,
		Optimizer: SGD, LearningRate: 0.4, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.25, LabelSmoothing: 0.1, BFloat16: true, Augment: images.Augment{Pad: 4, Flip: images.AlternatingFlip}, ReestimateBatches: 20,
	},
	short("hour-muon", 24, 4),          // at most one hour
	onAccelerator(short("gpu", 24, 4)), // long enough for a fast accelerator
	{ // as the article's notebook: Adam, no augmentation, no decay, 20,000 steps of 64 images
		Name: "article", Steps: 20000, BatchSize: 64,
		Optimizer: AdamW, LearningRate: 1e-3, Schedule: Constant,
	},
}

// onAccelerator makes batches as large as a GPU wants them: rates and decay of SGD grow with the batch, Muon's rate with its
// root, and momenta remember the same number of images.
func onAccelerator(r Recipe) Recipe {
	r.BatchSize = 2000
	r.LearningRate, r.KernelRate, r.KernelMomentum = 3, 0.24, 0.6
	r.NormMomentum, r.ReestimateBatches = 0.6, 0 // as the source has it
	return r
}

// Preset returns the recipe with the given name, one of PresetNames.
func Preset(name string) (Recipe, error) {
	for _, r := range presets {
		if r.Name == name {
			return r, nil
		}
	}
	return Recipe{}, fmt.Errorf("no preset %q: there are %s", name, strings.Join(PresetNames(), ", "))
}

// PresetNames lists the presets, the quickest first.
func PresetNames() []string {
	names := make([]string, len(presets))
	for i, r := range presets {
		names[i] = r.Name
	}
	return names
}
