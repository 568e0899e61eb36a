// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Every arm builds at the depths of its experiment. Its name is its own there, and its training differs from all others.
func TestArms(t *testing.T) {
	trainings := map[string]string{}
	for _, experiment := range Experiments() {
		names := map[string]bool{}
		for _, arm := range experiment.Arms {
			r, err := recipe.Preset("quick")
			if err != nil {
				t.Fatal(err)
			}
			if arm.Change != nil {
				arm.Change(&r)
			}
			if err := r.Validate(); err != nil {
				t.Errorf("%s, %s: %v", experiment.Name, arm.Name, err)
			}
			if names[arm.Name] {
				t.Errorf("%s has two arms %s", experiment.Name, arm.Name)
			}
			names[arm.Name] = true
			for _, depth := range experiment.Depths {
				if _, err := arm.Stack.HalfStack(depth, 10); err != nil {
					t.Errorf("%s, %s: %v", experiment.Name, arm.Name, err)
				}
				what := fmt.Sprintf("%+v %s %d", arm.Stack, r, depth)
				if other, found := trainings[what]; found {
					t.Errorf("%s, %s is the training of %s", experiment.Name, arm.Name, other)
				}
				trainings[what] = experiment.Name + ", " + arm.Name
			}
		}
		if len(experiment.Depths) == 0 || len(experiment.Arms) == 0 {
			t.Errorf("%s trains nothing", experiment.Name)
		}
	}
}

// A training is kept: the second call gives the same without training. One that diverges ends with NaN.
func TestLosses(t *testing.T) {
	t.Setenv(home.EnvHome, t.TempDir())
	sample, _ := cifar.Sample()
	_, few := sample.Split(60, 1)
	r := recipe.Recipe{Name: "tiny", Epochs: 2, BatchSize: 16, Optimizer: recipe.SGD, LearningRate: 0.01, Schedule: recipe.Constant}
	arm := Rescues()[0]
	first, err := arm.Losses(t.Context(), 8, few, r, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 2 || first[0] < 1 || first[0] > 4 {
		t.Errorf("losses %v", first)
	}
	again, err := arm.Losses(t.Context(), 8, few, r, 1)
	if err != nil || !slices.Equal(first, again) {
		t.Errorf("the second time %v, %v, want %v", again, err, first)
	}
	wild := Rescues()[2]
	wild.Change = func(r *recipe.Recipe) { r.LearningRate = 1e9 }
	diverged, err := wild.Losses(t.Context(), 8, few, r, 1)
	if err != nil || len(diverged) == 0 || !math.IsNaN(diverged[len(diverged)-1]) {
		t.Errorf("a training that diverges gives %v, %v", diverged, err)
	}
	tried, err := wild.Try(t.Context(), "rescue", 8, few, r, 1)
	if err != nil || !tried.Diverged || len(tried.Losses) != len(diverged)-1 || tried.Images != 60 || tried.Recipe != "tiny" || tried.Machine == "" {
		t.Errorf("and is kept as %+v, %v", tried, err)
	}
}

func TestSnapshots(t *testing.T) {
	sample, _ := cifar.Sample()
	_, few := sample.Split(60, 1)
	r := recipe.Recipe{Name: "tiny", Epochs: 2, BatchSize: 16, Optimizer: recipe.SGD, LearningRate: 0.01, Schedule: recipe.Constant}
	_, stores, err := Rescues()[0].Snapshots(t.Context(), 8, few, r, 1, 0, 1, 4) // more than an epoch of three batches
	if err != nil {
		t.Fatal(err)
	}
	var first []float32
	for i, store := range stores {
		weights := tensors.MustCopyFlatData[float32](store.GetVariable("/stem/weights").MustValue())
		if first == nil {
			first = weights
		} else if slices.Equal(first, weights) {
			t.Errorf("snapshot %d has the first weights", i)
		}
	}
	if len(stores) != 3 {
		t.Errorf("%d snapshots, want 3", len(stores))
	}
	if _, _, err := Rescues()[0].Snapshots(t.Context(), 8, few, r, 1, 4, 1); err == nil {
		t.Error("no error for steps that fall")
	}
}
