// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/skipnets/skipnets/pkg/cifar"
)

// A residual network that has grown begins with the loss that the smaller one has.
func TestDeeper(t *testing.T) {
	sample, _ := cifar.Sample()
	training, heldOut := sample.Split(960, 1)
	_, heldOut = heldOut.Split(20, 1)
	run, err := fit(t.Context(), "half-residual-8", training, heldOut, calm, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	arms, depths, err := Deeper("residual", run, 8)
	if err != nil || !slices.Equal(depths, []int{8, 14}) {
		t.Fatalf("depths %v, %v", depths, err)
	}
	_, few := sample.Split(60, 1)
	var first []float64
	for i, arm := range arms {
		followed, err := arm.Follow(t.Context(), depths[i], few, calm, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, followed.Moments[0].Loss)
	}
	if first[0] != first[1] {
		t.Errorf("with 8 layers the loss is %g, with 14 it begins at %g", first[0], first[1])
	}
	scale := arms[1].Begin.GetVariable("/stage3/block2/norm2/batch_normalization/scale")
	if values := tensors.MustCopyFlatData[float32](scale.MustValue()); !slices.Equal(values, make([]float32, 64)) {
		t.Errorf("the last norm of a new block has the scales %g", values)
	}
	if _, err := Grown(run.Store, 8, 12); err == nil {
		t.Error("no error for 12 layers")
	}
}
