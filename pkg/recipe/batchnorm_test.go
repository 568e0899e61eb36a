// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

func dtypesShape(n int) shapes.Shape { return shapes.Make(dtypes.Float32, n) }

// The statistics after re-estimation are the means over batches of the batches' own mean and variance.
func TestReestimate(t *testing.T) {
	onlyNorm := func(scope *model.Scope, x *Node) *Node {
		return norm.BatchNorm(scope, x, -1).Done()
	}
	data := toyData{48, 16, 5}
	store := model.NewStore()
	r, err := newReestimator(testBackend(), onlyNorm, store)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.run(t.Context(), data, 2); err != nil {
		t.Fatal(err)
	}
	var mean, variance float64
	for step := range 2 {
		pixels := tensors.MustCopyFlatData[float32](data.at(0, step).Inputs[0])
		m, v := 0.0, 0.0
		for _, p := range pixels {
			m += float64(p) / float64(len(pixels))
		}
		for _, p := range pixels {
			v += (float64(p) - m) * (float64(p) - m) / float64(len(pixels))
		}
		mean, variance = mean+m/2, variance+v/2
	}
	for name, want := range map[string]float64{"mean": mean, "variance": variance} {
		got := tensors.MustCopyFlatData[float32](store.GetVariable("/batch_normalization/" + name).MustValue())
		close32(t, name, got, []float32{float32(want)}, 1e-5)
	}
}
