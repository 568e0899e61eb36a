// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"errors"
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// A step of Layerwise moves every matrix by the same part of its length, whatever the size of its gradient; without momentum the part is
// the rate. A vector of n entries moves by √n times the rate.
func TestLayerwise(t *testing.T) {
	store := model.NewStore()
	for path, start := range map[string]any{"/small": [][]float32{{3, 4}}, "/large": [][]float32{{30}, {40}}, "/vector": []float32{0, 0, 0, 0}} {
		store.VariableWithValue(path, start)
	}
	r := Recipe{Optimizer: Layerwise, LearningRate: 0.1}
	exec, err := model.NewExec(testBackend(), store, func(scope *model.Scope, inputs []*Node) []*Node {
		g := inputs[0].Graph()
		value := func(path string) *Node { return store.GetVariable(path).NodeValue(g) }
		loss := Add(MulScalar(ReduceAllSum(value("/small")), 1e-6), MulScalar(ReduceAllSum(value("/large")), 1e6)) // gradients of very different size
		loss = Add(loss, ReduceAllSum(value("/vector")))
		r.update(scope, loss, inputs[0])
		return []*Node{loss}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.Exec(controls{rate: 0.1}.vector()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]float64{
		"/small": {3 - 0.5/math.Sqrt2, 4 - 0.5/math.Sqrt2}, "/large": {30 - 5/math.Sqrt2, 40 - 5/math.Sqrt2}, "/vector": {-0.1, -0.1, -0.1, -0.1},
	} {
		got := tensors.MustCopyFlatData[float32](store.GetVariable(path).MustValue())
		for i := range want {
			if math.Abs(float64(got[i])-want[i]) > 1e-5*math.Max(1, math.Abs(want[i])) {
				t.Errorf("%s: %v, want %v", path, got, want)
				break
			}
		}
	}
}

// Watch sees the first weights, those after each step, and its error ends the training.
func TestWatch(t *testing.T) {
	job := toyJob(t)
	var steps []int
	var first []float32
	job.Watch = func(step int, store *model.Store) error {
		steps = append(steps, step)
		for v := range store.IterVariables() {
			if v.Trainable && v.Shape().Rank() == 4 {
				weights := tensors.MustCopyFlatData[float32](v.MustValue())
				if first == nil {
					first = weights
				} else if slices.Equal(first, weights) {
					t.Errorf("step %d: the weights are still the first", step)
				}
				break
			}
		}
		return nil
	}
	if _, err := Fit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	want := job.Recipe.Epochs * job.Training.Steps()
	if len(steps) != want+1 || steps[0] != 0 || steps[want] != want || !slices.IsSorted(steps) {
		t.Errorf("watched steps %v, want 0 to %d", steps, want)
	}
	job.Dir = t.TempDir()
	failure := errors.New("seen enough")
	job.Watch = func(step int, _ *model.Store) error {
		if step == 2 {
			return failure
		}
		return nil
	}
	if _, err := Fit(t.Context(), job); !errors.Is(err, failure) {
		t.Errorf("the training ended with %v", err)
	}
}
