// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
)

// f(x) = x₁³ + x₂ on the line from (0, 0) to (2, 5): d/dt (8t³ + 5t) = 24t² + 5. The second output does not count.
func TestLineGradients(t *testing.T) {
	net := func(_ *model.Scope, x *Node) *Node {
		first, second := Slice(x, AxisRange(), AxisElem(0)), Slice(x, AxisRange(), AxisElem(1))
		return Concatenate([]*Node{Add(Mul(first, Square(first)), second), MulScalar(first, 100)}, -1)
	}
	from, to := tensors.FromValue([]float32{0, 0}), tensors.FromValue([]float32{2, 5})
	got, err := LineGradients(accel.MustNew(""), net, model.NewStore(), from, to, 5)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range got {
		at := float64(i) / 4
		if want := 24*at*at + 5; math.Abs(d-want) > 1e-4 {
			t.Errorf("t = %g: %g, want %g", at, d, want)
		}
	}
	if _, err := LineGradients(accel.MustNew(""), net, model.NewStore(), from, tensors.FromValue([]float32{1}), 5); err == nil {
		t.Error("no error for two inputs of different shape")
	}
}

// f(x) = |x|²/2 has gradient x, so the cosines are those of the inputs: 0, 1/√2 and 1/√2.
func TestGradientCorrelation(t *testing.T) {
	net := func(_ *model.Scope, x *Node) *Node { return ReduceAndKeep(MulScalar(Square(x), 0.5), ReduceSum, 1) }
	got, err := GradientCorrelation(accel.MustNew(""), net, model.NewStore(), tensors.FromValue([][]float32{{1, 0}, {0, 3}, {2, 2}}))
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 / math.Sqrt2 / 3; math.Abs(got-want) > 1e-5 {
		t.Errorf("got %g, want %g", got, want)
	}
	if _, err := GradientCorrelation(accel.MustNew(""), net, model.NewStore(), tensors.FromValue([][]float32{{1, 0}})); err == nil {
		t.Error("no error for one input")
	}
}

func TestAutocorrelation(t *testing.T) {
	// +1, −1, +1, −1: mean 0, power 4; at lag 1 three products of −1, at lag 2 two of +1.
	got, err := Autocorrelation([]float64{1, -1, 1, -1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for lag, want := range []float64{1, -0.75, 0.5} {
		if got[lag] != want {
			t.Errorf("lag %d: %g, want %g", lag, got[lag], want)
		}
	}
	white, err := Autocorrelation(WhiteNoise(4096, 1), 4)
	if err != nil {
		t.Fatal(err)
	}
	brown, err := Autocorrelation(BrownNoise(4096, 1), 4)
	if err != nil {
		t.Fatal(err)
	}
	for lag := 1; lag <= 4; lag++ {
		if math.Abs(white[lag]) > 0.06 || brown[lag] < 0.98 { // 4 standard errors of 1/√n
			t.Errorf("lag %d: white %g, brown %g", lag, white[lag], brown[lag])
		}
	}
	if _, err := Autocorrelation([]float64{1, 1}, 1); err == nil {
		t.Error("no error for a constant")
	}
	if _, err := Autocorrelation([]float64{1, 2}, 2); err == nil {
		t.Error("no error for a lag as long as the sequence")
	}
}

func TestFits(t *testing.T) {
	depths := []float64{2, 4, 8, 16}
	var exponential, power []float64
	for _, depth := range depths {
		exponential, power = append(exponential, 3*math.Pow(0.75, depth)), append(power, 2/math.Sqrt(depth))
	}
	if r, err := DecayPerLayer(depths, exponential); err != nil || math.Abs(r-0.75) > 1e-12 {
		t.Errorf("got %g, %v, want 0.75", r, err)
	}
	if p, err := PowerOfDepth(depths, power); err != nil || math.Abs(p+0.5) > 1e-12 {
		t.Errorf("got %g, %v, want −0.5", p, err)
	}
	for _, bad := range [][]float64{{1, 2, 0, 1}, {1}} {
		if _, err := DecayPerLayer(depths, bad); err == nil {
			t.Errorf("no error for values %v", bad)
		}
	}
}
