// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// The network that is kept has the logits of the loss: measured without the scale, it gives the very loss that was trained.
func TestLogitScaleIsInTheKeptNetwork(t *testing.T) {
	job := toyJob(t)
	job.Recipe.LogitScale, job.Recipe.LearningRate, job.Recipe.Epochs = 1.0/16, 1e-20, 1 // weights stay as they began
	kept, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	score, err := Evaluate(t.Context(), job.Backend, toyNet, kept.Store, job.HeldOut)
	if err != nil {
		t.Fatal(err)
	}
	last, _ := kept.History.Last()
	if math.Abs(score.Loss-last.HeldOutLoss) > 1e-4 { // kernels were rounded to float16
		t.Errorf("the kept network's loss is %g, the history's %g", score.Loss, last.HeldOutLoss)
	}
	if chance := math.Log(4); math.Abs(score.Loss-chance) > 0.1 {
		t.Errorf("loss %.3f with logits near zero, want about ln 4 = %.3f", score.Loss, chance)
	}
	job.Dir, job.Recipe.LogitScale = t.TempDir(), 0
	plain, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	images := toyData{8, 8, 9}.at(0, 0).Inputs[0]
	scaled, err := Logits(job.Backend, toyNet, kept.Store, images)
	if err != nil {
		t.Fatal(err)
	}
	full, err := Logits(job.Backend, toyNet, plain.Store, images)
	if err != nil {
		t.Fatal(err)
	}
	for i := range full {
		for class := range full[i] {
			full[i][class] /= 16
		}
		close32(t, "logits", scaled[i], full[i], 1e-2)
	}
}

func TestLogitScaleNeedsOneLastLayer(t *testing.T) {
	job := toyJob(t)
	job.Recipe.LogitScale = 0.1
	job.Model = func(scope *model.Scope, x *Node) *Node {
		x = toyNet(scope, x)
		return layers.Dense(scope.In("another"), x, true, 4)
	}
	if _, err := Fit(t.Context(), job); err == nil || !strings.Contains(err.Error(), "LogitScale") {
		t.Errorf("error %v, want one that says what to do", err)
	}
}
