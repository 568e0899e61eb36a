// SPDX-License-Identifier: Apache-2.0

package accel

import "github.com/gomlx/compute"

// inputGradient builds the gradient of a convolution to its input: the convolution of v [b, h', w', out], spread out by
// the forward stride, with the kernel [k, k, in, out], already reversed by GoMLX and read with swapped channel axes.
//
// Here the kernel is transposed for real and the spreading is an interior padding, so that what remains is an ordinary
// convolution, which XLA on a CPU hands to its fast path (docs/upstream.md, "Convolution gradients come in a form that XLA
// on a CPU computes slowly"). A 1×1 kernel needs no spreading before the multiplication.
func (r rewrites) inputGradient(o *ops, c conv) compute.Value {
	if !plain(c.kernelDilations) || !plain(c.strides) {
		return o.conv(c)
	}
	c.kernel = o.transpose(c.kernel, 0, 1, 3, 2) // [k, k, out, in]
	c.kernelDims = []int{c.kernelDims[0], c.kernelDims[1], c.kernelDims[3], c.kernelDims[2]}
	c.axes = forwardAxes
	if c.isPointwise() {
		return o.spread(o.pointwise(c), c.paddings, c.inputDilations)
	}
	if !plain(c.inputDilations) {
		c.input = o.spread(c.input, make([][2]int, 2), c.inputDilations)
		c.inputDims = o.dims(c.input)
		c.inputDilations = orOnes(nil)
	}
	return r.canonical(o, c)
}

// kernelGradient builds the gradient of a convolution to its kernel:
//
//	dW[i, j, in, out] = Σ x[b, i + s·y, j + s·x, in] · v[b, y, x, out] over b, y, x
//
// with x padded and s the forward stride, which GoMLX hands over as the kernel's dilation.
func (r rewrites) kernelGradient(o *ops, c conv) compute.Value {
	k, in, out := c.outputDims[:2], c.outputDims[2], c.outputDims[3]
	switch {
	case !plain(c.strides) || !plain(c.inputDilations): // the forward convolution had a dilated kernel
		return o.conv(c)
	case r.convAsDots:
		return o.kernelGradientAsDots(c)
	case k[0] == 1 && k[1] == 1:
		return o.kernelGradientPointwise(c)
	case k[0] == 3 && k[1] == 3 && plain(c.kernelDilations) && 2*out <= in: // the layers of dense nets
		return o.kernelGradientAsOneDot(c)
	}
	// The same convolution with the operands transposed for real.
	c.input = o.transpose(c.input, 3, 1, 2, 0)   // [in, h, w, b]
	c.kernel = o.transpose(c.kernel, 1, 2, 0, 3) // [h', w', b, out]
	c.axes = forwardAxes
	return o.transpose(o.conv(c), 1, 2, 0, 3) // [in, k, k, out] → [k, k, in, out]
}
