// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Batch normalization (Ioffe & Szegedy 2015, algorithm 1) out of primitive operations, for a backend without it
// (docs/upstream.md, "The pure-Go backend has no BatchNorm operations"). Per channel, both the output and the input's
// gradient are affine in what has the operand's size:
//
//	y  = x·a + b             a = scale·r, b = offset − mean·a, r = 1/√(variance + ε)
//	dx = dy·a + x·p + q      p = −a·r·dscale/n, q = −a·doffset/n − p·mean
//
// so that each is one pass after the sums. XLA on a CPU has the operations, but its gradient takes more passes than this one.
// Where a batch is divided among devices they are composed on every backend: then only the sums are exchanged, while XLA
// copies the whole operand of its own operations to each device (docs/upstream.md, "A BatchNorm is not divided").

// BatchNormForTraining returns the normalized operand and its mean and (biased) variance for each feature.
func (f *function) BatchNormForTraining(operand, scale, offset compute.Value, epsilon float32, featureAxis int) (normalized, mean, variance compute.Value, err error) {
	n, ok := f.newBatchNorm(operand, epsilon, featureAxis)
	if !ok || !f.composes() {
		return f.Function.BatchNormForTraining(operand, scale, offset, epsilon, featureAxis)
	}
	x := n.convert(operand, n.dtype)
	mean = n.mean(x)
	deviation := n.sub(x, n.expand(mean))
	variance = n.mean(n.mul(deviation, deviation))
	normalized = n.affine(x, scale, offset, mean, variance)
	mean, variance = n.convert(mean, n.shape.DType), n.convert(variance, n.shape.DType)
	return normalized, mean, variance, n.err
}

// BatchNormForInference normalizes with a given mean and variance.
func (f *function) BatchNormForInference(operand, scale, offset, mean, variance compute.Value, epsilon float32, featureAxis int) (compute.Value, error) {
	if c, ok := f.foldable(operand, featureAxis); ok {
		return f.fold(c, scale, offset, mean, variance, epsilon)
	}
	n, ok := f.newBatchNorm(operand, epsilon, featureAxis)
	if !ok || !f.composes() {
		return f.Function.BatchNormForInference(operand, scale, offset, mean, variance, epsilon, featureAxis)
	}
	normalized := n.affine(n.convert(operand, n.dtype), scale, offset, n.convert(mean, n.dtype), n.convert(variance, n.dtype))
	return normalized, n.err
}

// BatchNormGradient returns the gradients to operand, scale and offset of BatchNormForTraining's first output.
func (f *function) BatchNormGradient(operand, scale, mean, variance, gradOutput compute.Value, epsilon float32, featureAxis int) (gradOperand, gradScale, gradOffset compute.Value, err error) {
	n, ok := f.newBatchNorm(operand, epsilon, featureAxis)
	if !ok {
		return f.Function.BatchNormGradient(operand, scale, mean, variance, gradOutput, epsilon, featureAxis)
	}
	x, dy := n.convert(operand, n.dtype), n.convert(gradOutput, n.dtype)
	mean = n.convert(mean, n.dtype)
	r := n.invDeviation(n.convert(variance, n.dtype))
	a := n.mul(n.convert(scale, n.dtype), r)

	gradOffset = n.sumFeatures(dy)
	gradScale = n.mul(r, n.sumFeatures(n.mul(dy, n.sub(x, n.expand(mean)))))

	minusA := n.mul(a, n.scalar(-1/n.count, n.dtype))
	p := n.mul(minusA, n.mul(r, gradScale))
	q := n.sub(n.mul(minusA, gradOffset), n.mul(p, mean))
	gradOperand = n.add(n.mul(dy, n.expand(a)), n.add(n.mul(x, n.expand(p)), n.expand(q)))
	return n.convert(gradOperand, n.shape.DType), n.convert(gradScale, n.shape.DType), n.convert(gradOffset, n.shape.DType), n.err
}

// A batchNorm holds what the three operations share.
type batchNorm struct {
	ops
	shape       shapes.Shape // of the operand
	dtype       dtypes.DType // of the sums: at least float32
	featureAxis int
	count       float32 // values a feature
	epsilon     float32
}

// composes tells whether the forward operations are composed too.
func (f *function) composes() bool { return f.builder.backend.addsBatchNorm || f.builder.divided }

// newBatchNorm reports false when the backend's own operation is to be used.
func (f *function) newBatchNorm(operand compute.Value, epsilon float32, featureAxis int) (*batchNorm, bool) {
	shape, err := f.Function.Shape(operand)
	if err != nil || (!f.composes() && !f.builder.backend.forXLA) || shape.IsDynamic() || shape.IsZeroSize() {
		return nil, false
	}
	n := &batchNorm{ops: ops{f: f.Function}, shape: shape, dtype: shape.DType, featureAxis: featureAxis, epsilon: epsilon}
	if featureAxis < 0 || featureAxis >= shape.Rank() {
		n.err = fmt.Errorf("batch normalization of %s: no feature axis %d", shape, featureAxis)
		return n, true
	}
	if shape.DType.IsHalfPrecision() {
		n.dtype = dtypes.Float32
	}
	n.count = float32(shape.Size() / shape.Dimensions[featureAxis])
	return n, true
}

func (n *batchNorm) affine(x, scale, offset, mean, variance compute.Value) compute.Value {
	a := n.mul(n.convert(scale, n.dtype), n.invDeviation(variance))
	b := n.sub(n.convert(offset, n.dtype), n.mul(mean, a))
	return n.convert(n.add(n.mul(x, n.expand(a)), n.expand(b)), n.shape.DType)
}

// invDeviation is 1/√(variance + ε).
func (n *batchNorm) invDeviation(variance compute.Value) compute.Value {
	return n.rsqrt(n.add(variance, n.scalar(n.epsilon, n.dtype)))
}

func (n *batchNorm) mean(x compute.Value) compute.Value {
	return n.mul(n.sumFeatures(x), n.scalar(1/n.count, n.dtype))
}

// sumFeatures adds up everything that shares a feature: [features].
func (n *batchNorm) sumFeatures(x compute.Value) compute.Value {
	var axes []int
	for axis := range n.shape.Rank() {
		if axis != n.featureAxis {
			axes = append(axes, axis)
		}
	}
	return n.sum(x, axes...)
}

// expand makes [features] broadcast against the operand.
func (n *batchNorm) expand(perFeature compute.Value) compute.Value {
	if n.err != nil { // there may be no such axis
		return nil
	}
	dims := make([]int, n.shape.Rank())
	for axis := range dims {
		dims[axis] = 1
	}
	dims[n.featureAxis] = n.shape.Dimensions[n.featureAxis]
	return n.reshape(perFeature, dims...)
}
