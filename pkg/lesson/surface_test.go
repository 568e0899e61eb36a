// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A network that hardly moved in training lies where it began; and the line to it ends where the map around it has its middle.
func TestSurface(t *testing.T) {
	sample, _ := cifar.Sample()
	training, heldOut := sample.Split(960, 1)
	_, heldOut = heldOut.Split(20, 1)
	still := calm
	still.LearningRate = 1e-20
	run, err := fit(t.Context(), "half-plain-8", training, heldOut, still, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	run.Report = recipe.Report{Recipe: "depth", Seed: 1} // which trains in bfloat16, on a backend of its own
	begin, err := run.Beginning(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const kernel = "/stage3/block1/conv2/weights"
	want := tensors.MustCopyFlatData[float32](run.Store.GetVariable(kernel).MustValue())
	got := tensors.MustCopyFlatData[float32](begin.GetVariable(kernel).MustValue())
	for i := range want {
		if math.Abs(float64(want[i]-got[i])) > 1e-3*math.Abs(float64(want[i]))+1e-4 { // what is kept is rounded to float16
			t.Fatalf("weight %d began as %g, the run has %g", i, got[i], want[i])
		}
	}
	line, err := run.Surface(t.Context(), FirstToLast, 0, 40, []float64{0, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	around, err := run.Surface(t.Context(), insight.ByFilter, 1, 40, []float64{-1, 0, 1}, []float64{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	middle := around.Loss[0][1]
	if len(line.Loss) != 1 || math.Abs(line.Loss[0][1]-middle) > 0.002 || math.Abs(line.Loss[0][0]-middle) > 0.02 {
		t.Errorf("along the line %g, in the middle of the map %g", line.Loss, middle)
	}
	if len(around.Loss) != 2 || around.Loss[1][1] == middle || around.Loss[0][0] == around.Loss[0][2] {
		t.Errorf("the map is flat: %g", around.Loss)
	}
	if _, err := run.Surface(t.Context(), "by chance", 1, 40, []float64{0}, nil); err == nil {
		t.Error("no error for an unknown direction")
	}
}
