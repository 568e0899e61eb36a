// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPresetsAreValid(t *testing.T) {
	for _, name := range PresetNames() {
		r, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Preset("fast"); err == nil || !strings.Contains(err.Error(), strings.Join(PresetNames(), ", ")) {
		t.Errorf("error %v for an unknown preset, want one that lists them", err)
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		spoil func(r *Recipe)
		want  string
	}{
		{func(r *Recipe) { r.Epochs = 0 }, "epochs"},
		{func(r *Recipe) { r.BatchSize = -1 }, "batch size"},
		{func(r *Recipe) { r.LearningRate = 0 }, "learning rate"},
		{func(r *Recipe) { r.LearningRate = math.Inf(1) }, "learning rate"},
		{func(r *Recipe) { r.Momentum = 1 }, "momentum"},
		{func(r *Recipe) { r.WeightDecay = -1 }, "weight decay"},
		{func(r *Recipe) { r.WeightDecay = math.Inf(1) }, "weight decay"},
		{func(r *Recipe) { r.Schedule = "linear" }, "schedule"},
		{func(r *Recipe) { r.WarmUp = 2 }, "warm-up"},
		{func(r *Recipe) { r.StartRate = 1.5 }, "start rate"},
		{func(r *Recipe) { r.EndRate = -1 }, "end rate"},
		{func(r *Recipe) { r.Optimizer = Muon }, "kernel rate"}, // without one
		{func(r *Recipe) { r.KernelRate = 0.1 }, "kernel rate"}, // without Muon
		{func(r *Recipe) { r.KernelMomentum = 1 }, "kernel momentum"},
		{func(r *Recipe) { r.OffsetRate = -64 }, "offset rate"},
		{func(r *Recipe) { r.LogitScale = math.Inf(1) }, "logit scale"},
		{func(r *Recipe) { r.Lookahead = -5 }, "lookahead"},
		{func(r *Recipe) { r.NormMomentum = 1 }, "norm momentum"},
		{func(r *Recipe) { r.WhitenBias = 3 }, "whitening's bias"},
		{func(r *Recipe) { r.LabelSmoothing = 1 }, "smoothing"},
		{func(r *Recipe) { r.Flip = "vertical" }, "flip"},
		{func(r *Recipe) { r.Pad = -4 }, "pad"},
		{func(r *Recipe) { r.Pad = 1 << 40 }, "pad"},
		{func(r *Recipe) { r.Epochs = 1 << 40 }, "epochs are more than"},
		{func(r *Recipe) { r.Steps = 1 << 40 }, "steps are more than"},
		{func(r *Recipe) { r.BatchSize = 1 << 40 }, "no memory holds"},
		{func(r *Recipe) { r.LearningRate = 1e39 }, "learning rate"}, // more than a float32 holds
		{func(r *Recipe) { r.ReestimateBatches = 1 << 40 }, "re-estimation"},
	}
	for _, test := range tests {
		r := toyRecipe()
		test.spoil(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want one about %q", err, test.want)
		}
	}
}

// A bench of 100 steps of 512 images ran past the end of its schedule, where the rate was negative.
func TestRateIsNeverNegative(t *testing.T) {
	for _, schedule := range []string{OneCycle, Constant} {
		r := toyRecipe()
		r.Schedule = schedule
		for _, step := range []int{0, 1, 9, 10, 11, 1000} {
			if rate := r.RateAt(step, 10); rate < 0 || rate > r.LearningRate {
				t.Errorf("%s: the rate of step %d of 10 is %g", schedule, step, rate)
			}
		}
	}
	job := toyJob(t)
	if got := job.timed(100).Recipe.TotalSteps(job.Training.Steps()); got != 101 {
		t.Errorf("measuring 100 steps is planned as %d, want 101 with the first", got)
	}
}

func TestStringOfWhatJSONCannotHold(t *testing.T) {
	if s := (Recipe{Name: "odd", LearningRate: math.NaN()}).String(); !strings.Contains(s, "odd") || !strings.Contains(s, "NaN") {
		t.Errorf("%q", s)
	}
}

func TestHistoryRoundTrip(t *testing.T) {
	h := History{{Epoch: 1, HeldOutAccuracy: 0.5}, {Epoch: 2, HeldOutAccuracy: 0.75}, {Epoch: 3, HeldOutAccuracy: 0.75}}
	path := filepath.Join(t.TempDir(), HistoryFile)
	if err := h.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(h, got); diff != "" {
		t.Error(diff)
	}
	if best, ok := got.Best(); !ok || best.Epoch != 2 {
		t.Errorf("the best epoch is %d, want 2", best.Epoch)
	}
	for _, line := range []string{"nonsense", "null", "{}", `{"epoch":1}`, `{"epoch":3}`, `{"epoch":2,"step":-1}`, `{"epoch":2,"train_accuracy":50}`, `{"epoch":2,"held_out_loss":-1}`} {
		if _, err := ReadHistory(strings.NewReader(`{"epoch":1}` + "\n" + line + "\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: error %v, want one that names line 2", line, err)
		}
	}
}

func TestBarWritesOneLineAnEpochIntoAFile(t *testing.T) {
	t.Setenv("GONB_PIPE", "")
	var out bytes.Buffer
	p := NewBar(&out)
	p.Step(Status{Epoch: 1, Epochs: 1, Step: 1, Steps: 1})
	p.Epoch(Record{Epoch: 1, HeldOutAccuracy: 0.5}, 1)
	if got := out.String(); strings.Count(got, "\n") != 1 || strings.Contains(got, "\r") || !strings.Contains(got, " 50.0%") {
		t.Errorf("wrote %q", got)
	}
}

func ExamplePreset() {
	r, err := Preset("article")
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Optimizer, r.LearningRate, r.BatchSize, r.Steps)
	// Output: adamw 0.001 64 20000
}

// The depth preset, as it is noted in weights of the repository: a run is resumed only if its recipe reads the same.
func TestRecipeAsJSON(t *testing.T) {
	r, err := Preset("depth")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"depth","epochs":10,"batch_size":128,"optimizer":"sgd","learning_rate":0.1,"momentum":0.9,"weight_decay":0.0001,"schedule":"one-cycle","warm_up":0.25,"reestimate_batches":20,"bfloat16":true,"pad":2,"flip":"alternating"}`
	if got := r.String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
