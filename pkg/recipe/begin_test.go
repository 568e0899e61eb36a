// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// A training can go on from the weights of another network. What that one lacks is drawn.
func TestBegin(t *testing.T) {
	first, err := Fit(t.Context(), toyJob(t))
	if err != nil {
		t.Fatal(err)
	}
	still := toyJob(t)
	still.Recipe.LearningRate, still.Recipe.WeightDecay = 1e-12, 0
	still.Begin = first.Store
	still.Model = func(scope *model.Scope, x *Node) *Node {
		return Add(toyNet(scope, x), layers.Dense(scope.In("more"), Reshape(x, x.Shape().Dimensions[0], -1), true, 4))
	}
	second, err := Fit(t.Context(), still)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/conv/conv/weights", "/head/dense/weights"} {
		want := tensors.MustCopyFlatData[float32](first.Store.GetVariable(path).MustValue())
		got := tensors.MustCopyFlatData[float32](second.Store.GetVariable(path).MustValue())
		close32(t, path, got, want, 1e-6)
	}
	if v := second.Store.GetVariable("/more/dense/weights"); v == nil {
		t.Error("the new layer has no weights")
	}
}

func TestBeginErrors(t *testing.T) {
	for want, change := range map[string]func(*model.Store){
		"/conv/conv/weights is": func(s *model.Store) { s.VariableWithValue("/conv/conv/weights", []float32{1}) },
		"none of":               func(s *model.Store) { s.VariableWithValue("/other/weights", []float32{1}) },
	} {
		job := toyJob(t)
		job.Begin = model.NewStore()
		change(job.Begin)
		if _, err := Fit(t.Context(), job); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
