// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

var calm = recipe.Recipe{Name: "calm", Epochs: 2, BatchSize: 16, Optimizer: recipe.SGD, LearningRate: 0.01, Schedule: recipe.Constant}

// The loss after one step, looked up along the step, is that of the next moment.
func TestFollow(t *testing.T) {
	sample, _ := cifar.Sample()
	_, few := sample.Split(60, 1)
	arm := GradientArms()[2] // highway
	followed, err := arm.Follow(t.Context(), 8, few, calm, 1, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(followed.Moments) != 2 || followed.Diverged || len(followed.Blocks) != 3 || followed.Steps != 6 {
		t.Fatalf("%s: %+v", arm.Name, followed)
	}
	first, second := followed.Moments[0], followed.Moments[1]
	if first.Along[0] != first.Loss || math.Abs(first.Along[2]-second.Loss) > 0.002 || Ahead()[2] != 1 {
		t.Errorf("%s: loss %g, along the step %g, then %g", arm.Name, first.Loss, first.Along, second.Loss)
	}
	for i, moved := range second.Moved {
		if moved <= 0 || second.Layers[i] <= 0 {
			t.Errorf("%s: %s has a gradient of %g, and moves by %g", arm.Name, followed.Layers[i], second.Layers[i], moved)
		}
	}
}

// A training whose loss is soon no number has fewer moments, and can be written down.
func TestFollowDiverging(t *testing.T) {
	sample, _ := cifar.Sample()
	_, few := sample.Split(60, 1)
	wild := GradientArms()[4] // plain without norms
	wild.Change = func(r *recipe.Recipe) { r.LearningRate = 1e9 }
	followed, err := wild.Follow(t.Context(), 8, few, calm, 1, 0, 4)
	if err != nil || !followed.Diverged || len(followed.Moments) > 1 {
		t.Fatalf("%+v, %v", followed, err)
	}
	file := filepath.Join(t.TempDir(), "gradients.jsonl")
	if err := AppendFollowed(file, followed); err != nil {
		t.Fatal(err)
	}
	read, err := ReadFollowed(file)
	if err != nil || len(read) != 1 || !read[0].Same(followed) {
		t.Errorf("read %+v, %v", read, err)
	}
}

func TestReadDamaged(t *testing.T) {
	sound := Followed{Arm: "plain", Depth: 8, Blocks: []string{"a"}, Layers: []string{"b"},
		Moments: []Moment{{Loss: 1, Blocks: []float64{1}, Layers: []float64{1}, Moved: []float64{1}}}}
	short := sound
	short.Layers = []string{"b", "c"}
	surface := Surface{Network: "half-plain-8", Direction: FirstToLast, X: []float64{0, 1}, Y: []float64{0}, Loss: [][]float64{{1, 2}}}
	narrow := surface
	narrow.X = []float64{0}
	file := filepath.Join(t.TempDir(), "file")
	for _, c := range []struct {
		line any
		read func() error
		ok   bool
	}{
		{sound, func() error { _, err := ReadFollowed(file); return err }, true},
		{short, func() error { _, err := ReadFollowed(file); return err }, false},
		{Followed{}, func() error { _, err := ReadFollowed(file); return err }, false},
		{surface, func() error { _, err := ReadSurfaces(file); return err }, true},
		{narrow, func() error { _, err := ReadSurfaces(file); return err }, false},
		{Surface{}, func() error { _, err := ReadSurfaces(file); return err }, false},
	} {
		text, err := json.Marshal(c.line)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := c.read(); (err == nil) != c.ok || (err != nil && !strings.Contains(err.Error(), "line 1")) {
			t.Errorf("%.80s gives %v", text, err)
		}
	}
}
