// SPDX-License-Identifier: Apache-2.0

package images

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

func goBackend(t testing.TB) compute.Backend {
	t.Helper()
	backend, err := gobackend.New("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// moments that no other channel has.
var given = Moments{Mean: []float64{0.1, 0.5, 0.9}, Std: []float64{0.2, 0.3, 0.4}}

func TestNormalize(t *testing.T) {
	set := noise(3, ten)
	input := tensors.FromFlatDataAndDimensions(set.Images, 3, 32, 32, 3)
	output := graph.MustExecOnce(goBackend(t), given.Normalize, input)
	if err := output.Shape().Check(dtypes.Float32, 3, 32, 32, 3); err != nil {
		t.Fatal(err)
	}
	tensors.MustConstFlatData(output, func(flat []float32) {
		for i, got := range flat {
			want := (float64(set.Images[i])/255 - given.Mean[i%3]) / given.Std[i%3]
			if !(math.Abs(float64(got)-want) < 1e-5) {
				t.Fatalf("value %d is %g, want %g", i, got, want)
			}
		}
	})
}

func TestMeasure(t *testing.T) {
	set := blank(2, 1, 2, 2, ten) // the first channel varies, the second does not
	copy(set.Images, []uint8{0, 51, 255, 51, 0, 51, 255, 51})
	m := set.Measure()
	for c, want := range [][2]float64{{0.5, 0.5}, {0.2, 1}} {
		if math.Abs(m.Mean[c]-want[0]) > 1e-12 || math.Abs(m.Std[c]-want[1]) > 1e-12 {
			t.Errorf("channel %d has mean %g and deviation %g, want %v", c, m.Mean[c], m.Std[c], want)
		}
	}
}

func TestNormalizeWrongInput(t *testing.T) {
	backend := goBackend(t)
	for _, input := range []any{
		[][][][]float32{{{{1, 2, 3}}}},
		[][][]uint8{{{1, 2, 3}}},
		[][][][]uint8{{{{1, 2}}}},
	} {
		_, err := graph.CallOnce(backend, given.Normalize, input)
		if err == nil || !strings.Contains(err.Error(), "Normalize takes uint8 pictures [batch, height, width, 3], got") {
			t.Errorf("input %v: error %v", input, err)
		}
	}
}

func TestNormalizedSeesNormalizedImages(t *testing.T) {
	net := Normalized(func(_ *model.Scope, images *graph.Node) *graph.Node { return graph.ReduceAllMean(images) }, given)
	input := [][][][]uint8{{{{255, 255, 255}}}}
	exec, err := model.NewExec(goBackend(t), model.NewStore(), net)
	if err != nil {
		t.Fatal(err)
	}
	output, err := exec.Call1(input)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for c := range 3 {
		want += (1 - given.Mean[c]) / given.Std[c] / 3
	}
	if got := float64(tensors.ToScalar[float32](output)); !(math.Abs(got-want) < 1e-5) {
		t.Errorf("mean of a white image is %g, want %g", got, want)
	}
}
