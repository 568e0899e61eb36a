// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

func TestFeatureReuse(t *testing.T) {
	store := model.NewStore()
	keep := func(path string, weights []float32, dimensions ...int) {
		store.VariableWithValue(path, tensors.FromFlatDataAndDimensions(weights, dimensions...))
	}
	keep("/first", []float32{1, -2, 3, -4}, 1, 1, 2, 2)                 // reads the stem's two channels
	keep("/second", []float32{1, -1, 5, 2, 2, -6, 3, 3, 0}, 1, 3, 3, 1) // and one channel more
	keep("/flat", []float32{1, 2}, 2)
	keep("/odd", []float32{1, 2, 3, 4}, 1, 1, 4, 1)

	got, err := FeatureReuse(store, []string{"/first", "/second"}, []int{2, 1})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{2.5, math.NaN()}, {2, 11. / 3}}
	for i := range want {
		for j := range want[i] {
			same := math.Abs(got[i][j]-want[i][j]) < 1e-6 || (math.IsNaN(got[i][j]) && math.IsNaN(want[i][j]))
			if !same {
				t.Errorf("row %d, source %d: %g, want %g", i, j, got[i][j], want[i][j])
			}
		}
	}
	for want, kernel := range map[string]string{
		"no values of /missing": "/missing",
		"want a kernel":         "/flat",
		"the sources write 3":   "/odd",
	} {
		if _, err := FeatureReuse(store, []string{kernel}, []int{2, 1}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := FeatureReuse(store, []string{"/first"}, []int{1, 2}); err == nil || !strings.Contains(err.Error(), "channels 1 to 3") {
		t.Errorf("sources that do not fit give %v", err)
	}
}
