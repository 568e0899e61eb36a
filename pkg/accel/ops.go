// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// ops builds operations on a backend's own function. It keeps the first error and then does nothing, so that a
// rewrite reads like a formula and checks err once, at its end.
type ops struct {
	f   compute.Function
	err error
}

// do runs one operation unless an earlier one failed.
func (o *ops) do(op func() (compute.Value, error)) compute.Value {
	if o.err != nil {
		return nil
	}
	var v compute.Value
	v, o.err = op()
	return v
}

func (o *ops) shape(x compute.Value) shapes.Shape {
	if o.err != nil {
		return shapes.Invalid()
	}
	var s shapes.Shape
	s, o.err = o.f.Shape(x)
	return s
}

// scalar is a constant of the given dtype.
func (o *ops) scalar(value float32, dtype dtypes.DType) compute.Value {
	return o.convert(o.do(func() (compute.Value, error) { return o.f.Constant([]float32{value}) }), dtype)
}

func (o *ops) parameter(name string, dtype dtypes.DType, dims ...int) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Parameter(name, shapes.Make(dtype, dims...), nil) })
}

func (o *ops) convert(x compute.Value, dtype dtypes.DType) compute.Value {
	if o.err == nil && o.shape(x).DType == dtype {
		return x
	}
	return o.do(func() (compute.Value, error) { return o.f.ConvertDType(x, dtype) })
}

func (o *ops) transpose(x compute.Value, axes ...int) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Transpose(x, axes...) })
}

func (o *ops) reshape(x compute.Value, dims ...int) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Reshape(x, dims...) })
}

func (o *ops) concatenate(axis int, parts ...compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Concatenate(axis, parts...) })
}

func (o *ops) slice(x compute.Value, starts, limits, strides []int) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Slice(x, starts, limits, strides) })
}

// pad fills with zeros.
func (o *ops) pad(x compute.Value, axes ...compute.PadAxis) compute.Value {
	zero := o.scalar(0, o.shape(x).DType)
	return o.do(func() (compute.Value, error) { return o.f.Pad(x, zero, axes...) })
}

// dot contracts axis i of x with axis j of y.
func (o *ops) dot(x compute.Value, i int, y compute.Value, j int) compute.Value {
	return o.do(func() (compute.Value, error) {
		return o.f.DotGeneral(x, []int{i}, nil, y, []int{j}, nil, compute.DotGeneralConfig{})
	})
}

// batchDot multiplies the matrices of two batches pairwise: [b, m, k]·[b, k, n] → [b, m, n].
func (o *ops) batchDot(x, y compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) {
		return o.f.DotGeneral(x, []int{2}, []int{0}, y, []int{1}, []int{0}, compute.DotGeneralConfig{})
	})
}

func (o *ops) add(x, y compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Add(x, y) })
}

func (o *ops) sub(x, y compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Sub(x, y) })
}

func (o *ops) mul(x, y compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Mul(x, y) })
}

func (o *ops) rsqrt(x compute.Value) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.Rsqrt(x) })
}

func (o *ops) sum(x compute.Value, axes ...int) compute.Value {
	return o.do(func() (compute.Value, error) { return o.f.ReduceSum(x, axes...) })
}

func (o *ops) dims(x compute.Value) []int { return o.shape(x).Dimensions }
