// SPDX-License-Identifier: Apache-2.0

package accel

import "github.com/gomlx/compute"

// foldable finds the convolution that a BatchNorm for inference normalizes, if there is one and folding pays.
func (f *function) foldable(operand compute.Value, featureAxis int) (conv, bool) {
	c, found := f.convs[operand]
	return c, found && f.builder.backend.forXLA && featureAxis == 3 && sameAxes(c.axes, forwardAxes)
}

// fold builds BatchNorm for inference as part of the convolution c before it:
//
//	scale·(x∗W − mean)/√(variance + ε) + offset = x∗(W·a) + b, a = scale/√(variance + ε), b = offset − mean·a
//
// so that no pass over the activations multiplies. The convolution itself falls away, unless something else reads it.
func (f *function) fold(c conv, scale, offset, mean, variance compute.Value, epsilon float32) (compute.Value, error) {
	o := &ops{f: f.Function}
	a := o.mul(scale, o.rsqrt(o.add(variance, o.scalar(epsilon, c.dtype))))
	b := o.sub(offset, o.mul(mean, a))
	out := c.kernelDims[3]
	c.kernel = o.mul(c.kernel, o.reshape(a, 1, 1, 1, out)) // [k, k, in, out]
	y := o.add(f.convolve(o, c), o.reshape(b, 1, 1, 1, out))
	return y, o.err
}
