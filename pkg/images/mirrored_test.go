// SPDX-License-Identifier: Apache-2.0

package images

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// leftColumn is a network of two classes: the red of the upper and of the lower pixel at the left.
func leftColumn(_ *model.Scope, images *graph.Node) *graph.Node {
	x := graph.ConvertDType(images, dtypes.Float32)
	x = graph.Slice(x, graph.AxisRange(), graph.AxisRange(), graph.AxisElem(0), graph.AxisElem(0)) // [batch, 2, 1, 1]
	return graph.Reshape(x, -1, 2)                                                                 // [batch, 2]
}

func TestMirrored(t *testing.T) {
	images := tensors.FromFlatDataAndDimensions([]uint8{
		10, 0, 20, 0, 30, 0, 40, 0, 50, 0, 60, 0, // two rows of three pixels of two channels
		1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 6, 9,
	}, 2, 2, 3, 2)
	store := model.NewStore()
	exec, err := model.NewExec(goBackend(t), store, Mirrored(leftColumn))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Exec(images)
	if err != nil {
		t.Fatal(err)
	}
	got := tensors.MustCopyFlatData[float32](out[0])
	for i, want := range []float32{20, 50, 2, 5} { // the means of the first and the last column
		if got[i] != want {
			t.Errorf("logits %v: number %d is not %g", got, i, want)
		}
	}
}
