// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/skipnets/skipnets/pkg/accel"
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
		"want weights":          "/flat",
		"the sources write 3":   "/odd",
	} {
		if _, err := FeatureReuse(store, []string{kernel}, []int{2, 1}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if _, err := FeatureReuse(store, []string{"/first"}, []int{1, 2}); err == nil || !strings.Contains(err.Error(), "write 3") {
		t.Errorf("sources that do not fit give %v", err)
	}
}

// The logits are (a·x + b·x, 0) for weights a on the first source and b on the second, so the loss is log(1+exp(−(a+b)x)).
func TestSilenceSources(t *testing.T) {
	const a, b, x = 0.5, -2.0, 3.0
	net := func(scope *model.Scope, images *Node) *Node {
		both := Concatenate([]*Node{images, images}, -1) // [1, 1, 1, 2]
		kernel := scope.GetVariable("weights").NodeValue(images.Graph())
		return score(Convolve(both, kernel).Done())
	}
	store := model.NewStore()
	store.VariableWithValue("/weights", tensors.FromFlatDataAndDimensions([]float32{a, b}, 1, 1, 2, 1))
	backend, kernels := accel.MustNew(""), []string{"/weights"}
	intact, without, err := SilenceSources(backend, net, store, pixels(x), kernels, []int{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	loss := func(sum float64) string { return fmt.Sprintf("%.4f", math.Log(1+math.Exp(-sum*x))) }
	got := fmt.Sprintf("%.4f %.4f", intact, without)
	if want := fmt.Sprint(loss(a+b), " [", loss(b), " ", loss(a), "]"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if kept := tensors.MustCopyFlatData[float32](store.GetVariable("/weights").MustValue()); kept[0] != a || kept[1] != b {
		t.Errorf("the store has changed: %v", kept)
	}
	if _, _, err := SilenceSources(backend, net, store, pixels(x), kernels, []int{1}); err == nil {
		t.Error("no error for sources that do not fit")
	}
	if _, _, err := SilenceSources(backend, net, store, train.Batch{}, kernels, []int{1, 1}); err == nil {
		t.Error("no error for a batch of nothing")
	}
}
