// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/lesson"
)

// What the file has is not trained again; what it lacks is, with the depth that was asked for.
func TestRun(t *testing.T) {
	t.Setenv(home.EnvHome, t.TempDir())
	t.Setenv(home.EnvQuick, "1")
	s := study{file: filepath.Join(t.TempDir(), "losses.jsonl"), preset: "quick", only: "deepest", depth: 8, images: 70, seeds: 1}
	arms := lesson.Deepest()
	for _, arm := range arms[1:] {
		done := lesson.Tried{Experiment: "deepest", Arm: arm.Name, Depth: 8, Images: 70, Recipe: "quick", Seed: 1, Losses: []float64{1}}
		if err := lesson.AppendTried(s.file, done); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		tried, err := lesson.ReadTried(s.file)
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
	err := study{preset: "quick", only: "rescues"}.run(t.Context())
	if err == nil || !slices.ContainsFunc(names(), func(name string) bool { return strings.Contains(err.Error(), name+",") }) {
		t.Errorf("no list of experiments in %v", err)
	}
}
