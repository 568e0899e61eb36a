// SPDX-License-Identifier: Apache-2.0

package accel

import "github.com/gomlx/compute"

// convAsDots builds a convolution without dilations as matrix products: for each of the k rows of the kernel, the k
// shifted copies of the input side by side [b·h'·w', k·in], times that row's weights [k·in, out].
func (o *ops) convAsDots(c conv) compute.Value {
	if c.isPointwise() && plain(c.strides) {
		return o.pointwise(c)
	}
	k, out := c.kernelDims, c.outputDims // [k, k, in, out], [b, h', w', out]
	columns := k[1] * k[2]
	x := o.shiftedColumns(o.spread(c.input, c.paddings, orOnes(nil)), k[1], out[2], c.strides[1])
	var total compute.Value
	for i := range k[0] {
		rows := o.reshape(o.shiftedRows(x, i, out[1], c.strides[0]), out[0]*out[1]*out[2], columns)
		weights := o.reshape(o.slice(c.kernel, []int{i, 0, 0, 0}, []int{i + 1, k[1], k[2], k[3]}, nil), columns, k[3])
		product := o.dot(rows, 1, weights, 0)
		if i == 0 {
			total = product
		} else {
			total = o.add(total, product)
		}
	}
	return o.reshape(total, out...)
}

// kernelGradientAsDots builds dW = Σ xᵀ·v, row by row of the kernel. See kernelGradient.
func (o *ops) kernelGradientAsDots(c conv) compute.Value {
	v := c.kernelDims  // [b, h', w', out]
	dw := c.outputDims // [k, k, in, out]
	s := c.kernelDilations
	n := v[0] * v[1] * v[2]
	x := o.shiftedColumns(o.spread(c.input, c.paddings, orOnes(nil)), dw[1], v[2], s[1])
	grad := o.reshape(c.kernel, n, v[3])
	rows := make([]compute.Value, dw[0])
	for i := range rows {
		rows[i] = o.dot(o.reshape(o.shiftedRows(x, i, v[1], s[0]), n, dw[1]*dw[2]), 0, grad, 0)
	}
	return o.reshape(o.concatenate(0, rows...), dw...)
}

// kernelGradientAsOneDot builds dW for stride 1 as a single matrix product: the k copies of v shifted down, side by side
// [n, k·out], against the k copies of x shifted left, side by side [n, k·in].
func (o *ops) kernelGradientAsOneDot(c conv) compute.Value {
	k, v := c.outputDims, c.kernelDims // [k, k, in, out], [b, h', w', out]
	height := v[1] + k[0] - 1          // of x, padded
	n := v[0] * height * v[2]
	x := o.shiftedColumns(o.spread(c.input, c.paddings, orOnes(nil)), k[1], v[2], 1)
	copies := make([]compute.Value, k[0])
	for i := range copies {
		copies[i] = o.spread(c.kernel, [][2]int{{i, k[0] - 1 - i}, {0, 0}}, orOnes(nil))
	}
	product := o.dot(o.reshape(o.concatenate(3, copies...), n, k[0]*k[3]), 0, o.reshape(x, n, k[1]*k[2]), 0)
	return o.transpose(o.reshape(product, k[0], k[3], k[1], k[2]), 0, 2, 3, 1)
}

// isPointwise reports whether a canonical convolution is a 1×1 one.
func (c conv) isPointwise() bool { return c.kernelDims[0] == 1 && c.kernelDims[1] == 1 }

// pointwise multiplies every position of c.input, without strides and padding, by a 1×1 kernel.
func (o *ops) pointwise(c conv) compute.Value {
	in, k := c.inputDims, c.kernelDims
	product := o.dot(o.reshape(c.input, in[0]*in[1]*in[2], in[3]), 1, o.reshape(c.kernel, k[2], k[3]), 0)
	return o.reshape(product, in[0], in[1], in[2], k[3])
}

// spread pads an image [b, h, w, c] with zeros around it, and between its pixels for a dilation above 1. Negative
// paddings cut off.
func (o *ops) spread(x compute.Value, paddings [][2]int, dilations []int) compute.Value {
	dims := o.dims(x)
	if o.err != nil {
		return nil
	}
	pads := make([]compute.PadAxis, 4)
	starts, limits := make([]int, 4), append([]int(nil), dims...)
	padded, cut := false, false
	for i, p := range paddings {
		axis := i + 1
		pads[axis] = compute.PadAxis{Start: max(p[0], 0), End: max(p[1], 0), Interior: dilations[i] - 1}
		starts[axis] = max(-p[0], 0)
		limits[axis] = (dims[axis]-1)*dilations[i] + 1 + pads[axis].Start + pads[axis].End - max(-p[1], 0)
		padded = padded || pads[axis] != compute.PadAxis{}
		cut = cut || p[0] < 0 || p[1] < 0
	}
	if padded {
		x = o.pad(x, pads...)
	}
	if cut {
		x = o.slice(x, starts, limits, nil)
	}
	return x
}

// shiftedColumns puts the k copies of x [b, h, w, c], each one column further right, side by side: [b, h, width, k·c].
func (o *ops) shiftedColumns(x compute.Value, k, width, stride int) compute.Value {
	dims := o.dims(x)
	if o.err != nil {
		return nil
	}
	if k == 1 && stride == 1 && width == dims[2] {
		return x
	}
	copies := make([]compute.Value, k)
	for j := range copies {
		copies[j] = o.slice(x, []int{0, 0, j, 0}, []int{dims[0], dims[1], j + (width-1)*stride + 1, dims[3]}, []int{1, 1, stride, 1})
	}
	return o.concatenate(3, copies...)
}

// shiftedRows takes height rows of x [b, h, w, c] from row i on: [b, height, w, c].
func (o *ops) shiftedRows(x compute.Value, i, height, stride int) compute.Value {
	dims := o.dims(x)
	if o.err != nil || i == 0 && stride == 1 && height == dims[1] {
		return x
	}
	return o.slice(x, []int{0, i, 0, 0}, []int{dims[0], i + (height-1)*stride + 1, dims[2], dims[3]}, []int{1, stride, 1, 1})
}
