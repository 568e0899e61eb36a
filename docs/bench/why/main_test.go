// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// What the file has is not trained again; what it lacks is, with the depth that was asked for.
func TestRun(t *testing.T) {
	t.Setenv(home.EnvHome, t.TempDir())
	t.Setenv(home.EnvQuick, "1")
	s := study{dir: t.TempDir(), only: "deepest", depth: 8, images: 70, seeds: 1}
	file := filepath.Join(s.dir, "losses.jsonl")
	arms := lesson.Deepest()
	for _, arm := range arms[1:] {
		done := lesson.Tried{Experiment: "deepest", Arm: arm.Name, Depth: 8, Images: 70, Recipe: "quick", Seed: 1, Losses: []float64{1}}
		if err := lesson.AppendTried(file, done); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		tried, err := lesson.ReadTried(file)
		if err != nil || len(tried) != len(arms) {
			t.Fatalf("the file has %d trainings, want %d: %v", len(tried), len(arms), err)
		}
		last := tried[len(tried)-1]
		if last.Arm != arms[0].Name || len(last.Losses) != 4 || last.Depth != 8 || last.Machine == "" {
			t.Errorf("trained %+v", last)
		}
	}
}

func TestUnknownExperiment(t *testing.T) {
	err := study{only: "rescues"}.run(t.Context())
	if err == nil || !slices.ContainsFunc(names(), func(name string) bool { return strings.Contains(err.Error(), name+",") }) {
		t.Errorf("no list of experiments in %v", err)
	}
}

// A training is watched once; steps that it does not have are left out.
func TestFollow(t *testing.T) {
	s := study{dir: t.TempDir()}
	training, _ := cifar.Sample()
	_, few := training.Split(70, 1) // 56 to train on: a step an epoch
	r, err := recipe.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.followOne(t.Context(), lesson.GradientArms()[0], 8, few, r, []int{0, 100}); err != nil {
			t.Fatal(err)
		}
	}
	followed, err := lesson.ReadFollowed(filepath.Join(s.dir, "gradients.jsonl"))
	if err != nil || len(followed) != 1 || len(followed[0].Moments) != 1 || followed[0].Diverged {
		t.Errorf("the file has %+v, %v", followed, err)
	}
}

// The loss around a trained network is measured once.
func TestChart(t *testing.T) {
	s := study{dir: t.TempDir(), runs: t.TempDir()}
	const network = "half-plain-8"
	run := filepath.Join(s.runs, network+"-seed1")
	net, err := nets.Parse(network, 10)
	if err != nil {
		t.Fatal(err)
	}
	backend, err := lesson.Backend()
	if err != nil {
		t.Fatal(err)
	}
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{Name: "sample", BatchSize: 500})
	if err != nil {
		t.Fatal(err)
	}
	once := recipe.Recipe{Name: "once", Steps: 1, BatchSize: 500, Optimizer: recipe.SGD, LearningRate: 0.01, Schedule: recipe.Constant}
	if _, err := recipe.Fit(t.Context(), recipe.Job{Backend: backend, Name: network, Model: images.Normalized(net, sample.Moments), Recipe: once,
		Training: data, HeldOut: data, Dir: run}); err != nil {
		t.Fatal(err)
	}
	if err := (recipe.Report{Network: network, Recipe: "quick", Seed: 1}).Save(run); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.chart(t.Context(), network, chart{insight.ByFilter, 1, 2}); err != nil {
			t.Fatal(err)
		}
	}
	surfaces, err := lesson.ReadSurfaces(filepath.Join(s.dir, "surfaces.jsonl"))
	if err != nil || len(surfaces) != 1 || len(surfaces[0].Loss) != 2 || len(surfaces[0].X) != 2 {
		t.Errorf("the file has %+v, %v", surfaces, err)
	}
}
