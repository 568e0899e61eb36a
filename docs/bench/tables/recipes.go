// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// recipes lists how the networks are trained.
func recipes() string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| preset | length | batch | optimizer | peak rate, schedule | weight decay | labels smoothed by | images | convolutions | ingredients |")
	fmt.Fprintln(w, "|---|--:|--:|---|---|--:|--:|---|---|---|")
	for _, name := range recipe.PresetNames() {
		r, err := recipe.Preset(name)
		if err != nil {
			panic(err) // it is one of PresetNames
		}
		length, optimizer, precision := fmt.Sprintf("%d epochs", r.Epochs), r.Optimizer, "float32"
		if r.Steps > 0 {
			length = thousands(int64(r.Steps)) + " steps"
		}
		if r.Momentum > 0 {
			optimizer += fmt.Sprintf(", Nesterov momentum %g", r.Momentum)
		}
		if r.Optimizer == recipe.Muon {
			optimizer = fmt.Sprintf("Muon for kernels, rate %g, momentum %g; SGD, Nesterov momentum %g", r.KernelRate, r.KernelMomentum, r.Momentum)
		}
		schedule := r.Schedule
		if r.WarmUp > 0 {
			schedule += fmt.Sprintf(", %.0f%% of it upwards", 100*r.WarmUp)
		}
		if r.BFloat16 {
			precision = "bfloat16"
		}
		fmt.Fprintf(w, "| %s | %s | %d | %s | %g, %s | %g | %g | %s | %s | %s |\n", name, length, r.BatchSize, optimizer, r.LearningRate,
			schedule, r.WeightDecay, r.LabelSmoothing, augmentation(r), precision, strings.Join(r.Ingredients(), ", "))
	}
	return w.String()
}

func augmentation(r recipe.Recipe) string {
	var parts []string
	if r.Pad > 0 {
		parts = append(parts, fmt.Sprintf("shifted by up to %d pixels", r.Pad))
	}
	if r.Flip != "" && r.Flip != images.NoFlip {
		parts = append(parts, "flipped: "+string(r.Flip))
	}
	if len(parts) == 0 {
		return "as they are"
	}
	return strings.Join(parts, ", ")
}
