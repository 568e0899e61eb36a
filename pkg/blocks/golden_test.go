// SPDX-License-Identifier: Apache-2.0

package blocks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// golden is a file that testdata/golden.py wrote with PyTorch.
type golden struct {
	Torch         string
	OutputShape   []int                `json:"output_shape"`
	Output        []float32            // y in training mode
	InputGradient []float32            `json:"input_gradient"` // of Σᵢ formula(i, 2)·yᵢ
	Gradients     map[string][]float32 // the same by variable
}

// Forward values and all gradients, in float32, against PyTorch's in float64.
func TestGolden(t *testing.T) {
	for name, block := range map[string]block{
		"plain": plain(4, 1), "plain_stride": plain(4, 2),
		"residual": residual(3, 1), "residual_stride": residual(4, 2),
		"preact": preActivation(3, 1), "preact_stride": preActivation(4, 2),
		"bottleneck": bottleneck(2, 1), "bottleneck_stride": bottleneck(2, 2),
		"highway": highway(3, 1, -1), "highway_stride": highway(4, 2, -1),
		"dense": denseBlock(2, 2), "dense_bottleneck": denseBlockBottleneck(2, 1), "transition": transition(2), "transition_odd": transition(2),
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/golden_" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want golden
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			dims := []int{2, 4, 4, 3}
			if name == "transition_odd" {
				dims = []int{2, 5, 3, 3}
			}
			r := newRun(t, block, input(dims...))
			y, gradients := r.gradients(func(i int) float32 { return formula(i, 2) })
			if !slices.Equal(y.Shape().Dimensions, want.OutputShape) {
				t.Fatalf("output is %v, want %v", y.Shape().Dimensions, want.OutputShape)
			}
			if got, want := r.names(), slices.Sorted(maps.Keys(want.Gradients)); !slices.Equal(got, want) {
				t.Fatalf("variables are %v, want %v", got, want)
			}
			checkClose(t, "y", values(y), want.Output)
			checkClose(t, "gradient of x", values(gradients[0]), want.InputGradient)
			for i, path := range r.names() {
				checkClose(t, "gradient of "+path, values(gradients[i+1]), want.Gradients[path])
			}
		})
	}
}

// variableFormula gives a variable the values it has in testdata/golden.py.
func variableFormula(path string) func(i int) float32 {
	salt := 0
	for _, b := range []byte(strings.TrimPrefix(path, "/")) {
		salt += int(b)
	}
	scale, shift := 0.3, 0.0
	switch {
	case strings.HasSuffix(path, "/scale"):
		scale, shift = 0.5, 1
	case strings.HasSuffix(path, "/offset"), strings.HasSuffix(path, "/biases"):
		scale = 0.5
	}
	return func(i int) float32 { return float32(shift + scale*float64(formula(i, salt))) }
}

// checkClose compares relative to the largest value: float32 sums of a few hundred terms lose about two digits.
func checkClose(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(float64(w)))
	}
	worst, at := -1.0, ""
	for i := range want {
		difference := math.Abs(float64(got[i]) - float64(want[i]))
		if !(difference <= worst) { // a NaN is the worst of all
			worst, at = difference, fmt.Sprintf("[%d] is %g, want %g", i, got[i], want[i])
		}
	}
	if tolerance := 2e-5 * max(largest, 0.1); !(worst <= tolerance) {
		t.Errorf("%s%s: off by %.2g, tolerance %.2g", what, at, worst, tolerance)
	}
}
