// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gomlx/compute"

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
		PeakMemory: memory, Machine: machine(), Backend: description(t.backend), Commit: notes[recipe.CommitNote],
	}, nil
}

func precision(bf16 bool) string {
	if bf16 {
		return "bf16"
	}
	return "fp32"
}

// commit is the revision that the program was built from, with a "+" if files had been changed.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if settings["vcs.modified"] == "true" {
		revision += "+"
	}
	return revision
}

// description is what the backend says of itself, without the folder that its plugin lies in.
func description(b compute.Backend) string {
	return folder.ReplaceAllString(b.Description(), "")
}

var folder = regexp.MustCompile(`/[^ :()]*/`)

// machine names the processor and how many of its threads Go uses.
func machine() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores", name, runtime.GOMAXPROCS(0))
}
