// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/stat"
)

// LineGradients moves the input of a network along a straight line, x(t) = from + t·(to − from), in so many even steps from
// t = 0 to 1, and returns the derivative of the first output with respect to t at each of them, as in figure 1 of Balduzzi et al. 2017
// (The Shattered Gradients Problem, arXiv:1702.08591). from and to are float32 inputs without a batch axis, of whatever
// shape the network reads. All points are one batch; batch norms take their statistics from it, and then the derivative is that
// of the sum of the first outputs. The store is not changed; variables that it lacks have their initial values.
func LineGradients(backend compute.Backend, net Model, store *model.Store, from, to *tensors.Tensor, points int) ([]float64, error) {
	fail := func(err error) ([]float64, error) { return nil, fmt.Errorf("insight: line gradients: %w", err) }
	if points < 2 || !from.Shape().Equal(to.Shape()) || from.DType() != dtypes.Float32 {
		return fail(fmt.Errorf("want at least 2 points and two float32 inputs of one shape, got %d, %s and %s", points, from.Shape(), to.Shape()))
	}
	at := make([]float32, points)
	for i := range at {
		at[i] = float32(i) / float32(points-1)
	}
	exec, err := newRunner(backend, func(scope *model.Scope, inputs []*Node) []*Node {
		scope.Store().SetTraining(inputs[0].Graph(), true)
		t, start, end := inputs[0], InsertAxes(inputs[1], 0), InsertAxes(inputs[2], 0)
		column := t // [points, 1, …]
		for range inputs[1].Rank() {
			column = InsertAxes(column, -1)
		}
		x := Add(start, Mul(column, Sub(end, start))) // [points, …]
		return []*Node{ConvertDType(Gradient(firstOutputs(net(scope, x)), t)[0], dtypes.Float32)}
	})
	if err != nil {
		return fail(err)
	}
	defer exec.finalize()
	results, err := exec.run(store, at, from, to)
	if err != nil {
		return fail(err)
	}
	return floats(results[0])
}

// firstOutputs is the sum over the batch of each example's first output.
func firstOutputs(outputs *Node) *Node {
	return ReduceAllSum(Slice(outputs, AxisRange(), AxisElem(0)))
}

// GradientCorrelation is the mean cosine between the gradients that different inputs [batch, …] get: of the first output with
// respect to the input, for each pair of inputs. In a plain rectifier network with random weights it falls with the
// depth L like 1/2^L, in a residual one like (3/4)^L, and with batch norms in the branches like 1/√L, if inputs switch their units on
// and off independently of each other (Balduzzi et al. 2017, theorems 1 to 3). The rest is as in [LineGradients].
func GradientCorrelation(backend compute.Backend, net Model, store *model.Store, inputs *tensors.Tensor) (float64, error) {
	fail := func(err error) (float64, error) { return 0, fmt.Errorf("insight: gradient correlation: %w", err) }
	if inputs.Rank() < 2 || inputs.Shape().Dim(0) < 2 {
		return fail(fmt.Errorf("want at least two inputs [batch, …], got %s", inputs.Shape()))
	}
	exec, err := newRunner(backend, func(scope *model.Scope, read []*Node) []*Node {
		scope.Store().SetTraining(read[0].Graph(), true)
		n := read[0].Shape().Dim(0)
		gradient := Reshape(ConvertDType(Gradient(firstOutputs(net(scope, read[0])), read[0])[0], dtypes.Float32), n, -1) // [batch, inputs]
		unit := Div(gradient, Sqrt(ReduceAndKeep(Square(gradient), ReduceSum, 1)))
		return []*Node{Reshape(Square(lengthOf(ReduceSum(unit, 0))), 1)} // Σᵢⱼ cos(i, j), the n ones of i = j included
	})
	if err != nil {
		return fail(err)
	}
	defer exec.finalize()
	results, err := exec.run(store, inputs)
	if err != nil {
		return fail(err)
	}
	sum, err := floats(results[0])
	if err != nil {
		return fail(err)
	}
	n := float64(inputs.Shape().Dim(0))
	return (sum[0] - n) / (n * (n - 1)), nil
}

// Autocorrelation of a sequence at lags 0 to lags: how alike are values that stand so many steps apart? 1 at lag 0; about 0 from lag
// 1 on for white noise, and falling slowly for brown noise.
func Autocorrelation(values []float64, lags int) ([]float64, error) {
	if lags < 0 || lags >= len(values) {
		return nil, fmt.Errorf("insight: autocorrelation: %d lags of %d values", lags, len(values))
	}
	center, power := mean(values), 0.0
	for _, v := range values {
		power += (v - center) * (v - center)
	}
	if power == 0 {
		return nil, errors.New("insight: autocorrelation: all values are the same")
	}
	correlations := make([]float64, lags+1)
	for lag := range correlations {
		for i := range len(values) - lag {
			correlations[lag] += (values[i] - center) * (values[i+lag] - center) / power
		}
	}
	return correlations, nil
}

// WhiteNoise is a sequence of independent standard normal numbers.
func WhiteNoise(n int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 0))
	noise := make([]float64, n)
	for i := range noise {
		noise[i] = random.NormFloat64()
	}
	return noise
}

// BrownNoise is a random walk: each number is the one before plus a standard normal step.
func BrownNoise(n int, seed uint64) []float64 {
	walk := WhiteNoise(n, seed)
	for i := 1; i < n; i++ {
		walk[i] += walk[i-1]
	}
	return walk
}

// DecayPerLayer fits values to c·r^L by least squares of their logarithms and returns r, the factor for each layer.
// It is an error when there are fewer than two depths L, or a value is not positive.
func DecayPerLayer(depths, values []float64) (float64, error) {
	slope, err := logSlope(depths, values, func(depth float64) float64 { return depth })
	return math.Exp(slope), err
}

// PowerOfDepth fits values to c·L^p in the same way and returns p, such as −1/2 for a decay like 1/√L.
func PowerOfDepth(depths, values []float64) (float64, error) {
	return logSlope(depths, values, math.Log)
}

func logSlope(depths, values []float64, of func(float64) float64) (float64, error) {
	if len(depths) < 2 || len(depths) != len(values) {
		return 0, fmt.Errorf("insight: fit: %d depths and %d values", len(depths), len(values))
	}
	var x, y []float64
	for i, v := range values {
		if v <= 0 || depths[i] <= 0 {
			return 0, fmt.Errorf("insight: fit: value %g at depth %g has no logarithm", v, depths[i])
		}
		x, y = append(x, of(depths[i])), append(y, math.Log(v))
	}
	_, slope := stat.LinearRegression(x, y, nil, false)
	return slope, nil
}
