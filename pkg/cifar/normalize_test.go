// SPDX-License-Identifier: Apache-2.0

package cifar

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

func wantMoments(t *testing.T, got, want Moments, tolerance float64) {
	t.Helper()
	for c := range Channels {
		if !(math.Abs(got.Mean[c]-want.Mean[c]) <= tolerance && math.Abs(got.Std[c]-want.Std[c]) <= tolerance) {
			t.Errorf("moments are %v, want %v ± %g", got, want, tolerance)
		}
	}
}

func TestNormalize(t *testing.T) {
	train, _ := Sample()
	wantMoments(t, train.Moments(), Moments10, 0.02) // it is real data
	set := train.Subset([]int{3, 500, 999})
	input := tensors.FromFlatDataAndDimensions(set.Images, 3, Size, Size, Channels)
	output := graph.MustExecOnce(goBackend(t), Normalize, input)
	if err := output.Shape().Check(dtypes.Float32, 3, Size, Size, Channels); err != nil {
		t.Fatal(err)
	}
	tensors.MustConstFlatData(output, func(flat []float32) {
		for i, got := range flat {
			want := (float64(set.Images[i])/255 - Moments10.Mean[i%3]) / Moments10.Std[i%3]
			if !(math.Abs(float64(got)-want) < 1e-5) {
				t.Fatalf("value %d is %g, want %g", i, got, want)
			}
		}
	})
}

func TestNormalizeWrongInput(t *testing.T) {
	backend := goBackend(t)
	for _, input := range []any{
		[][][][]float32{{{{1, 2, 3}}}},
		[][][]uint8{{{1, 2, 3}}},
		[][][][]uint8{{{{1, 2}}}},
	} {
		_, err := graph.CallOnce(backend, Normalize, input)
		if err == nil || !strings.Contains(err.Error(), "Normalize takes uint8 images [batch, height, width, 3], got") {
			t.Errorf("input %v: error %v", input, err)
		}
	}
}

func TestNormalizedSeesNormalizedImages(t *testing.T) {
	net := Normalized(func(_ *model.Scope, images *graph.Node) *graph.Node { return graph.ReduceAllMean(images) })
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
	for c := range Channels {
		want += (1 - Moments10.Mean[c]) / Moments10.Std[c] / 3
	}
	if got := float64(tensors.ToScalar[float32](output)); !(math.Abs(got-want) < 1e-5) {
		t.Errorf("mean of a white image is %g, want %g", got, want)
	}
}
