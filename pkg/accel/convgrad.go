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
	k := c.outputDims[:2]
	switch {
	case !plain(c.strides) || !plain(c.inputDilations): // the forward convolution had a dilated kernel
		return o.conv(c)
	case r.convAsDots:
		return o.kernelGradientAsDots(c)
	case k[0] == 1 && k[1] == 1:
		return o.kernelGradientPointwise(c)
	}
	return r.kernelGradientForm(o, c).build(o, c)
}

// kernelGradientAsConv3D builds dW as a convolution over three spatial axes, which are h, w and the input's channels: its
// kernel is v, as high and wide as an image and one channel deep, and what it sums over as channels is the batch. Its
// output is [k, k, in, out] as wanted. With the input's channels in a spatial axis, oneDNN's innermost product is a matrix
// with in rows; with the k columns of dW there, as GoMLX has it, k rows.
func (o *ops) kernelGradientAsConv3D(c conv) compute.Value {
	x := o.transpose(c.input, 1, 2, 3, 0)  // [h, w, in, b]
	v := o.transpose(c.kernel, 1, 2, 0, 3) // [h', w', b, out]
	xd, vd := o.dims(x), o.dims(v)
	if o.err != nil {
		return nil
	}
	x = o.reshape(x, 1, xd[0], xd[1], xd[2], xd[3])
	v = o.reshape(v, vd[0], vd[1], 1, vd[2], vd[3])
	grad := o.do(func() (compute.Value, error) {
		return o.f.ConvGeneral(x, v, axes3D, []int{1, 1, 1}, [][2]int{c.paddings[0], c.paddings[1], {}}, []int{1, 1, 1},
			[]int{c.kernelDilations[0], c.kernelDilations[1], 1}, 1, 1)
	}) // [1, k, k, in, out]
	return o.reshape(grad, c.outputDims...)
}

var axes3D = compute.ConvolveAxesConfig{
	InputBatch: 0, InputSpatial: []int{1, 2, 3}, InputChannels: 4,
	KernelSpatial: []int{0, 1, 2}, KernelInputChannels: 3, KernelOutputChannels: 4,
	OutputBatch: 0, OutputSpatial: []int{1, 2, 3}, OutputChannels: 4,
}
