// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// Each method below is an operation of compute.Function and its translation to ONNX.

func (f *function) Add(l, r compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAdd, "Add", l, r)
}

func (f *function) Sub(l, r compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeSub, "Sub", l, r)
}

func (f *function) Div(l, r compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeDiv, "Div", l, r)
}

func (f *function) Min(l, r compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMin, "Min", l, r)
}

// Mul writes a sum times 1/n as a mean.
func (f *function) Mul(l, r compute.Value) (compute.Value, error) {
	if s, factor := l.(*value), r.(*value); s.sum != nil && factor.isAll(1/float32(s.sum.terms)) {
		if of := s.sum.of; of.tiles != nil && slices.Equal(s.sum.axes, tiledAxes) {
			return f.pool("AveragePool", of.tiles, s.shape), nil
		}
		return f.reduce("ReduceMean", s.sum.of, s.sum.axes, s.shape), nil
	}
	return f.binary(compute.OpTypeMul, "Mul", l, r)
}

// Max writes the larger of x and 0 as a ReLU.
func (f *function) Max(l, r compute.Value) (compute.Value, error) {
	if r.(*value).isAll(0) {
		return f.unary("Relu", l)
	}
	return f.binary(compute.OpTypeMax, "Max", l, r)
}

func (f *function) Logistic(x compute.Value) (compute.Value, error) { return f.unary("Sigmoid", x) }
func (f *function) Tanh(x compute.Value) (compute.Value, error)     { return f.unary("Tanh", x) }
func (f *function) Exp(x compute.Value) (compute.Value, error)      { return f.unary("Exp", x) }
func (f *function) Neg(x compute.Value) (compute.Value, error)      { return f.unary("Neg", x) }
func (f *function) Sqrt(x compute.Value) (compute.Value, error)     { return f.unary("Sqrt", x) }
func (f *function) Abs(x compute.Value) (compute.Value, error)      { return f.unary("Abs", x) }
func (f *function) Erf(x compute.Value) (compute.Value, error)      { return f.unary("Erf", x) }
func (f *function) Identity(x compute.Value) (compute.Value, error) { return x, nil }

// ConvertDType leaves values as they are: all are float32 in the file, the images too.
func (f *function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	if dtype != dtypes.Float32 {
		return nil, fmt.Errorf("a conversion to %s is not exported, only float32", dtype)
	}
	v := *x.(*value)
	v.shape = v.shape.Clone()
	v.shape.DType = dtype
	return &v, nil
}

// ConvGeneral translates convolutions with channels last and a kernel [height, width, in, out].
func (f *function) ConvGeneral(input, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int, channelGroups, batchGroups int) (compute.Value, error) {
	x, k := input.(*value), kernel.(*value)
	shape, err := shapeinference.ConvGeneral(x.shape, k.shape, axes, strides, paddings, inputDilations, kernelDilations, channelGroups, batchGroups)
	if err != nil {
		return nil, err
	}
	spatial := x.shape.Rank() - 2
	switch {
	case !x.ofImages || k.ofImages:
		return nil, fmt.Errorf("only a convolution of the images' features with weights is exported")
	case axes.InputChannels != spatial+1 || axes.OutputChannels != spatial+1 || axes.KernelInputChannels != spatial || axes.KernelOutputChannels != spatial+1:
		return nil, fmt.Errorf("a convolution with axes %+v is not exported, only one with channels last", axes)
	case batchGroups > 1 || slices.ContainsFunc(inputDilations, func(d int) bool { return d > 1 }):
		return nil, fmt.Errorf("a convolution with batch groups or dilated input is not exported")
	}
	weights := f.constant(k.expand(), append([]int{spatial + 1, spatial}, straight(spatial)...)) // [out, in, height, width]
	return f.node("Conv", shape, []string{x.name, weights},
		ints("kernel_shape", k.shape.Dimensions[:spatial]), ints("strides", orOnes(strides, spatial)), ints("pads", pads(paddings, spatial)),
		ints("dilations", orOnes(kernelDilations, spatial)), integer("group", max(channelGroups, 1))), nil
}

// BatchNormForInference translates a norm over the last axis.
func (f *function) BatchNormForInference(x, scale, offset, mean, variance compute.Value, epsilon float32, axis int) (compute.Value, error) {
	v := x.(*value)
	if axis != v.shape.Rank()-1 {
		return nil, fmt.Errorf("a BatchNorm over axis %d of %s is not exported, only one over the last", axis, v.shape)
	}
	inputs := []string{v.name}
	for _, c := range []compute.Value{scale, offset, mean, variance} {
		inputs = append(inputs, f.constant(c.(*value).expand(), straight(1)))
	}
	return f.node("BatchNormalization", v.shape, inputs, float("epsilon", epsilon)), nil
}

// DotGeneral translates the product of a matrix [batch, in] and weights [in, out].
func (f *function) DotGeneral(lhs compute.Value, lhsContracting, lhsBatch []int, rhs compute.Value, rhsContracting, rhsBatch []int,
	config compute.DotGeneralConfig) (compute.Value, error) {
	l, r := lhs.(*value), rhs.(*value)
	shape, err := shapeinference.DotGeneral(l.shape, lhsContracting, lhsBatch, r.shape, rhsContracting, rhsBatch, config)
	if err != nil {
		return nil, err
	}
	if l.shape.Rank() != 2 || r.shape.Rank() != 2 || r.ofImages || len(lhsBatch) > 0 || !slices.Equal(lhsContracting, []int{1}) || !slices.Equal(rhsContracting, []int{0}) {
		return nil, fmt.Errorf("a product of %s and %s over axes %v and %v is not exported, only [batch, in] times weights [in, out]",
			l.shape, r.shape, lhsContracting, rhsContracting)
	}
	return f.node("MatMul", shape, []string{l.name, f.constant(r, straight(2))}), nil
}

// ReduceMax of tiles is a pooling.
func (f *function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	v := x.(*value)
	shape, err := reduced(v, axes)
	if err != nil {
		return nil, err
	}
	if v.tiles != nil && slices.Equal(axes, tiledAxes) {
		return f.pool("MaxPool", v.tiles, shape), nil
	}
	return f.reduce("ReduceMax", v, axes, shape), nil
}

// ReduceSum remembers what it added up: see Mul.
func (f *function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	v := x.(*value)
	shape, err := reduced(v, axes)
	if err != nil {
		return nil, err
	}
	// From opset 13 on ReduceSum takes its axes as an input; ReduceMax and ReduceMean do so only from 18 on.
	out := f.node("ReduceSum", shape, []string{v.name, f.integers("axes", inFile(v.shape.Rank(), axes)...)}, integer("keepdims", 0))
	out.sum = &sum{v, axes, v.shape.Size() / shape.Size()}
	return out, nil
}

func (f *function) reduce(op string, v *value, axes []int, shape shapes.Shape) *value {
	return f.node(op, shape, []string{v.name}, ints("axes", inFile(v.shape.Rank(), axes)), integer("keepdims", 0))
}

// reduced is the shape that a reduction leaves. Batch and channels stay, so that what is left has its channels first still;
// or all but the batch and one other axis goes.
func reduced(v *value, axes []int) (shapes.Shape, error) {
	shape, err := shapeinference.Reduce(v.shape, axes)
	if err != nil {
		return shape, err
	}
	if !v.ofImages || len(axes) == 0 || slices.Contains(axes, 0) || slices.Contains(axes, v.shape.Rank()-1) && shape.Rank() > 2 {
		return shape, fmt.Errorf("a reduction of %s over axes %v is not exported: batch and channels have to stay", v.shape, axes)
	}
	return shape, nil
}

func (f *function) pool(op string, t *tiles, shape shapes.Shape) *value {
	window := []int{t.window, t.window}
	return f.node(op, shape, []string{t.of.name}, ints("kernel_shape", window), ints("strides", window))
}

// Slice translates ranges of the axes behind the batch.
func (f *function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	v := x.(*value)
	shape, err := shapeinference.Slice(v.shape, starts, limits, strides)
	if err != nil {
		return nil, err
	}
	if !v.ofImages || shape.Dim(0) != v.shape.Dim(0) {
		return nil, fmt.Errorf("a slice of the batch or of a constant is not exported")
	}
	var from, to, axes, steps []int
	for inFile, axis := range channelsFirst(v.shape.Rank()) {
		if starts[axis] != 0 || limits[axis] != v.shape.Dim(axis) || strides[axis] != 1 {
			from, to = append(from, starts[axis]), append(to, limits[axis])
			axes, steps = append(axes, inFile), append(steps, strides[axis])
		}
	}
	inputs := []string{v.name, f.integers("starts", from...), f.integers("ends", to...), f.integers("axes", axes...), f.integers("steps", steps...)}
	return f.node("Slice", shape, inputs), nil
}

// isAll tells whether a constant is x everywhere.
func (v *value) isAll(x float32) bool {
	return !v.ofImages && !slices.ContainsFunc(v.flat, func(y float32) bool { return y != x })
}

// pads are a convolution's, in ONNX's order: all begins, then all ends.
func pads(paddings [][2]int, spatial int) []int {
	out := make([]int, 2*spatial)
	for i, p := range paddings {
		out[i], out[spatial+i] = p[0], p[1]
	}
	return out
}

func orOnes(list []int, n int) []int {
	if len(list) == 0 {
		return slices.Repeat([]int{1}, n)
	}
	return list
}
