// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// newReport is what a run came to, the test images aside.
func newReport(name string, t experiment, fitted *recipe.Result, dir string) (recipe.Report, error) {
	memory, err := peakMemory()
	if err != nil {
		return recipe.Report{}, err
	}
	net, err := nets.Parse(name, len(t.training.Classes))
	if err != nil {
		return recipe.Report{}, err
	}
	summary, err := nets.Summarize(t.backend, net, 1, t.training.Height, t.training.Width, t.training.Channels)
	if err != nil {
		return recipe.Report{}, err
	}
	_, notes, err := recipe.LoadWithNotes(filepath.Join(dir, recipe.BestFile)) // perhaps of another program, which trained it
	if err != nil {
		return recipe.Report{}, err
	}
	best, _ := fitted.History.Best()
	last, _ := fitted.History.Last()
	moments := t.training.Moments
	return recipe.Report{
		Network: name, Dataset: t.dataset, Images: t.training.Format.String(), Classes: len(t.training.Classes),
		Normalisation: fmt.Sprintf("mean %.4v, deviation %.4v", moments.Mean, moments.Std),
		Recipe:        t.recipe.Name, Seed: t.seed, Precision: precision(t.recipe.BFloat16), Epoch: best.Epoch, HeldOutAccuracy: best.HeldOutAccuracy,
		Seconds:          last.Seconds,
		SamplesPerSecond: last.SamplesPerSecond, Parameters: int64(summary.Total().Params),
		PeakMemory: memory, Machine: about.Machine(), Backend: about.Backend(t.backend), Commit: notes[recipe.CommitNote],
	}, nil
}

func precision(bf16 bool) string {
	if bf16 {
		return "bf16"
	}
	return "fp32"
}
