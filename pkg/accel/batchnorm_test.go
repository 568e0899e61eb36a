// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

const testEpsilon = 1e-5

// batchNormReference computes in float64, from the definitions, for x and dy [n, features]: the normalized x, mean,
// variance, and the gradients of Σ dy·normalized to x, scale and offset.
func batchNormReference(x, dy []float64, scale, offset []float64) [][]float64 {
	features := len(scale)
	count := float64(len(x) / features)
	y, dx := make([]float64, len(x)), make([]float64, len(x))
	mean, variance := make([]float64, features), make([]float64, features)
	dscale, doffset := make([]float64, features), make([]float64, features)
	for i, value := range x {
		mean[i%features] += value / count
	}
	for i, value := range x {
		variance[i%features] += (value - mean[i%features]) * (value - mean[i%features]) / count
	}
	for i := range x {
		c := i % features
		unit := (x[i] - mean[c]) / math.Sqrt(variance[c]+testEpsilon)
		y[i] = unit*scale[c] + offset[c]
		doffset[c] += dy[i]
		dscale[c] += dy[i] * unit
	}
	for i := range x {
		c := i % features
		deviation := math.Sqrt(variance[c] + testEpsilon)
		unit := (x[i] - mean[c]) / deviation
		dx[i] = scale[c] / deviation * (dy[i] - doffset[c]/count - unit*dscale[c]/count)
	}
	return [][]float64{y, mean, variance, y, dx, dscale, doffset}
}

// TestBatchNorm checks the composed operations on every backend against the reference.
func TestBatchNorm(t *testing.T) {
	outputs := []string{"normalized", "mean", "variance", "inference", "gradient to x", "gradient to scale", "gradient to offset"}
	for _, raw := range testBackends(t) {
		for _, test := range []struct {
			dims      []int // the features last
			shift     float64
			dtype     dtypes.DType
			tolerance float64
			native    bool // all but the gradient from the backend itself
		}{
			{[]int{4, 3, 5, 6}, 0, dtypes.Float32, 1e-5, false},
			{[]int{4, 3, 5, 6}, 30, dtypes.Float32, 1e-4, false},
			{[]int{16, 3}, 1, dtypes.Float32, 1e-5, false},
			{[]int{5, 1}, 0, dtypes.Float32, 1e-5, false},
			{[]int{8, 2, 3}, 3, dtypes.Float64, 1e-12, false},
			{[]int{64, 2}, 0, dtypes.BFloat16, 2e-2, false},
			{[]int{4, 3, 5, 6}, 0, dtypes.Float32, 1e-5, true},
			{[]int{64, 2}, 0, dtypes.BFloat16, 2e-2, true},
		} {
			if test.native && !raw.Capabilities().Operations[compute.OpTypeBatchNormForTraining] {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s%v+%g,native=%t", raw.Name(), test.dtype, test.dims, test.shift, test.native), func(t *testing.T) {
				random := rand.New(rand.NewPCG(3, 4))
				features := test.dims[len(test.dims)-1]
				x, dy := randomTensor(random, test.dims...), randomTensor(random, test.dims...)
				scale, offset := randomTensor(random, features), randomTensor(random, features)
				tensors.MustMutableFlatData(x, func(values []float32) {
					for i := range values {
						values[i] += float32(test.shift)
					}
				})
				want := batchNormReference(toFloat64(x), toFloat64(dy), toFloat64(scale), toFloat64(offset))
				composed := rewrites{addsBatchNorm: true}
				if test.native {
					composed = rewrites{forXLA: true}
				}
				got, err := CallOnceN(&backend{raw, composed}, func(inputs []*Node) []*Node {
					for i := range inputs {
						inputs[i] = ConvertDType(inputs[i], test.dtype)
					}
					x, dy, scale, offset := inputs[0], inputs[1], inputs[2], inputs[3]
					y, mean, variance := InternalBatchNormForTraining(x, scale, offset, testEpsilon, -1)
					inference := InternalBatchNormForInference(x, scale, offset, mean, variance, testEpsilon, -1)
					outputs := append([]*Node{y, mean, variance, inference}, Gradient(ReduceAllSum(Mul(y, dy)), x, scale, offset)...)
					for i := range outputs {
						outputs[i] = ConvertDType(outputs[i], dtypes.Float64)
					}
					return outputs
				}, x, dy, scale, offset)
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range outputs {
					if d := distance(tensors.MustCopyFlatData[float64](got[i]), want[i]); !(d <= test.tolerance) {
						t.Errorf("%s differs by %.1e, relative", name, d)
					}
				}
			})
		}
	}
}

// TestFold compares BatchNorm for inference behind a convolution with that of the undecorated backend.
func TestFold(t *testing.T) {
	inputs := func() []any { // a tensor belongs to one backend
		random := rand.New(rand.NewPCG(8, 9))
		return []any{
			randomTensor(random, 2, 6, 5, 3), randomTensor(random, 3, 3, 3, 4),
			randomTensor(random, 4), randomTensor(random, 4), randomTensor(random, 4), randomTensor(random, 4),
		}
	}
	graph := func(in []*Node) []*Node {
		x := Convolve(in[0], in[1]).Strides(2).PadSame().Done()
		y := InternalBatchNormForInference(x, in[2], in[3], in[4], Square(in[5]), testEpsilon, -1)
		return []*Node{ConvertDType(y, dtypes.Float64), ConvertDType(x, dtypes.Float64)} // what was folded can still be read
	}
	for _, raw := range testBackends(t) {
		undecorated := rewrites{addsBatchNorm: !raw.Capabilities().Operations[compute.OpTypeBatchNormForTraining]}
		want, err := CallOnceN(&backend{raw, undecorated}, graph, inputs()...)
		if err != nil {
			t.Fatal(err)
		}
		for tolerance, r := range map[float64]rewrites{
			1e-5: {forXLA: true, addsBatchNorm: undecorated.addsBatchNorm},
			2e-2: {forXLA: true, addsBatchNorm: undecorated.addsBatchNorm, convDType: dtypes.BFloat16},
		} {
			got, err := CallOnceN(&backend{raw, r}, graph, inputs()...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if d := distance(tensors.MustCopyFlatData[float64](got[i]), tensors.MustCopyFlatData[float64](want[i])); !(d <= tolerance) {
					t.Errorf("%s, %s inside: output %d differs by %.1e, relative", raw.Name(), r.convDType, i, d)
				}
			}
		}
	}
}

func toFloat64(t *tensors.Tensor) []float64 {
	values := tensors.MustCopyFlatData[float32](t)
	wide := make([]float64, len(values))
	for i, value := range values {
		wide[i] = float64(value)
	}
	return wide
}

// TestBatchNormFeatureAxis compares a feature axis in front with one at the end.
func TestBatchNormFeatureAxis(t *testing.T) {
	x := randomTensor(rand.New(rand.NewPCG(5, 6)), 4, 3, 5)
	got, err := CallOnce(MustNew("go"), func(x *Node) *Node {
		zeros := ReduceMax(ZerosLike(x), 0, 2) // [3]
		ones := OnesLike(zeros)
		middle, _, _ := InternalBatchNormForTraining(x, ones, zeros, testEpsilon, 1)
		last, _, _ := InternalBatchNormForTraining(TransposeAllAxes(x, 0, 2, 1), ones, zeros, testEpsilon, 2)
		return ReduceAllMax(Abs(Sub(middle, TransposeAllAxes(last, 0, 2, 1))))
	}, x)
	if err != nil {
		t.Fatal(err)
	}
	if d := tensors.ToScalar[float32](got); d > 1e-6 {
		t.Errorf("features on axis 1 and on the last axis differ by %g", d)
	}
}

// TestBatchNormWithoutFeatureAxis asks the backend itself: GoMLX's graph lets no such axis through.
func TestBatchNormWithoutFeatureAxis(t *testing.T) {
	for _, axis := range []int{-1, 2} {
		f := MustNew("go").Builder("bad axis").Main()
		parameter := func(name string, dims ...int) compute.Value {
			value, err := f.Parameter(name, shapes.Make(dtypes.Float32, dims...), nil)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		x, scale, offset := parameter("x", 4, 3), parameter("scale", 3), parameter("offset", 3)
		_, _, _, trainingErr := f.BatchNormForTraining(x, scale, offset, testEpsilon, axis)
		_, inferenceErr := f.BatchNormForInference(x, scale, offset, offset, scale, testEpsilon, axis)
		_, _, _, gradientErr := f.BatchNormGradient(x, scale, offset, scale, x, testEpsilon, axis)
		for _, err := range []error{trainingErr, inferenceErr, gradientErr} {
			if err == nil || !strings.Contains(err.Error(), fmt.Sprint("no feature axis ", axis)) {
				t.Errorf("axis %d: error %v", axis, err)
			}
		}
	}
}

// TestBatchNormLayer trains GoMLX's own layer on the pure-Go backend: the sum over a normalized batch does not depend on
// the batch, so its gradient is 0, and 0.447 where the batch's mean and variance count as constants.
func TestBatchNormLayer(t *testing.T) {
	exec, err := model.NewExec(MustNew("go"), model.NewStore(), func(scope *model.Scope, x *Node) *Node {
		scope.Store().SetTraining(x.Graph(), true)
		y := norm.BatchNorm(scope, x, -1).Done()
		return ReduceAllMax(Abs(Gradient(ReduceAllSum(y), x)[0]))
	})
	if err != nil {
		t.Fatal(err)
	}
	gradient, err := exec.Call1([][]float32{{1, 5}, {2, 0}, {4, 7}})
	if err != nil {
		t.Fatal(err)
	}
	if g := tensors.ToScalar[float32](gradient); g > 1e-6 {
		t.Errorf("the largest gradient of Σ BatchNorm(x) is %g, want 0", g)
	}
}

// TestBatchNormOnRawGo says when GoMLX has these operations itself, and addsBatchNorm can go.
func TestBatchNormOnRawGo(t *testing.T) {
	raw := Unwrap(MustNew("go"))
	if raw.Capabilities().Operations[compute.OpTypeBatchNormForTraining] {
		t.Error("the pure-Go backend now has BatchNormForTraining: delete batchnorm.go")
	}
	if !MustNew("go").Capabilities().Operations[compute.OpTypeBatchNormForTraining] {
		t.Error("the decorated pure-Go backend does not say that it has BatchNormForTraining")
	}
}

// hasBatchNorm is the pure-Go backend as one that has the operations and can be divided, as XLA on a GPU is.
type hasBatchNorm struct{ compute.Backend }

func (b hasBatchNorm) Capabilities() compute.Capabilities {
	c := b.Backend.Capabilities().Clone()
	c.Operations[compute.OpTypeBatchNormForTraining] = true
	return c
}

func (b hasBatchNorm) Builder(name string) compute.Builder {
	return canDivide{b.Backend.Builder(name)}
}

type canDivide struct{ compute.Builder }

func (canDivide) DistributedAutoSharding(...compute.Mesh) error { return nil }

// Where the batch is divided among devices the backend sees no BatchNorm: the pure-Go one, which has none, goes through.
func TestBatchNormOfADividedBatchIsComposed(t *testing.T) {
	backend := Wrap(hasBatchNorm{Unwrap(MustNew("go"))})
	for _, divided := range []bool{false, true} {
		b := backend.Builder("test")
		if divided {
			if err := b.DistributedAutoSharding(compute.Mesh{Name: "mesh", AxesSizes: []int{2}, AxesNames: []string{"batch"}}); err != nil {
				t.Fatal(err)
			}
		}
		f := b.Main()
		x, err := f.Parameter("x", shapes.Make(dtypes.Float32, 4, 3), nil)
		if err != nil {
			t.Fatal(err)
		}
		perFeature, err := f.Constant([]float32{1, 1, 1}, 3)
		if err != nil {
			t.Fatal(err)
		}
		_, mean, variance, forward := f.BatchNormForTraining(x, perFeature, perFeature, testEpsilon, 1)
		if !divided {
			if forward == nil {
				t.Error("undivided, the operation does not reach the backend")
			}
			continue
		}
		_, inference := f.BatchNormForInference(x, perFeature, perFeature, perFeature, perFeature, testEpsilon, 1)
		_, _, _, gradient := f.BatchNormGradient(x, perFeature, mean, variance, x, testEpsilon, 1)
		for name, err := range map[string]error{"training": forward, "inference": inference, "gradient": gradient} {
			if err != nil {
				t.Errorf("divided, the operation for %s reaches the backend: %v", name, err)
			}
		}
	}
}
