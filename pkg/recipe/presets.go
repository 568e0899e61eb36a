// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// presets are in the order in which they cost more.
var presets = []Recipe{
	{ // seconds on the embedded sample: to see that all works
		Name: "quick", Epochs: 4, BatchSize: 50,
		Optimizer: SGD, LearningRate: 0.05, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.25, Augment: images.Augment{Flip: images.RandomFlip},
	},
	{ // at most five minutes a network on two cores
		Name: "class", Epochs: 12, BatchSize: 256,
		Optimizer: SGD, LearningRate: 0.4, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.25, LabelSmoothing: 0.1, BFloat16: true, Augment: images.Augment{Pad: 2, Flip: images.AlternatingFlip},
	},
	{ // for the experiment on depth, with nets that differ in depth and merge alone: at most fifteen minutes each
		Name: "depth", Epochs: 10, BatchSize: 128,
		Optimizer: SGD, LearningRate: 0.1, Momentum: 0.9, WeightDecay: 1e-4,
		Schedule: OneCycle, WarmUp: 0.25, BFloat16: true, Augment: images.Augment{Pad: 2, Flip: images.AlternatingFlip}, ReestimateBatches: 20,
	},
	{ // at most one hour a network on two cores
		Name: "hour", Epochs: 32, BatchSize: 256,
		Optimizer: SGD, LearningRate: 0.4, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.25, LabelSmoothing: 0.1, BFloat16: true, Augment: images.Augment{Pad: 4, Flip: images.AlternatingFlip}, ReestimateBatches: 20,
	},
	{ // long enough for a fast accelerator
		Name: "gpu", Epochs: 60, BatchSize: 512,
		Optimizer: SGD, LearningRate: 0.8, Momentum: 0.9, WeightDecay: 5e-4,
		Schedule: OneCycle, WarmUp: 0.2, LabelSmoothing: 0.1, BFloat16: true, Augment: images.Augment{Pad: 4, Flip: images.RandomFlip}, ReestimateBatches: 20,
	},
	{ // as the article's notebook: Adam, no augmentation, no decay, 20,000 steps of 64 images
		Name: "article", Steps: 20000, BatchSize: 64,
		Optimizer: AdamW, LearningRate: 1e-3, Schedule: Constant,
	},
}

// Preset returns the recipe with the given name: quick, class, depth, hour, gpu or article.
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
