// SPDX-License-Identifier: Apache-2.0

package accel

import "github.com/gomlx/compute"

// convAsDots builds a convolution without dilations as one matrix product (docs/upstream.md, "ConvGeneral and Slice of the
// pure-Go backend go element by element"): the k shifted copies of the input side by side
// [b, h, w', k·in], times the kernel with its k rows side by side [k·in, k·out]. That is every output row's k parts, which
// are cut out and added up.
func (o *ops) convAsDots(c conv) compute.Value {
	k, out := c.kernelDims, c.outputDims // [k, k, in, out], [b, h', w', out]
	x := o.shiftedColumns(o.spread(c.input, c.paddings, orOnes(nil)), k[1], out[2], c.strides[1])
	h := (out[1]-1)*c.strides[0] + k[0] // the rows that are read
	x = o.rows(x, 0, h, 1)
	kernel := o.reshape(o.transpose(c.kernel, 1, 2, 0, 3), k[1]*k[2], k[0]*k[3])
	products := o.dot(o.reshape(x, out[0]*h*out[2], k[1]*k[2]), 1, kernel, 0)
	products = o.reshape(products, out[0], h, out[2], k[0]*k[3])
	var total compute.Value
	for i := range k[0] {
		part := o.slice(products, []int{0, i, 0, i * k[3]}, []int{out[0], i + (out[1]-1)*c.strides[0] + 1, out[2], (i + 1) * k[3]}, []int{1, c.strides[0], 1, 1})
		if i == 0 {
			total = part
		} else {
			total = o.add(total, part)
		}
	}
	return total
}

// kernelGradientAsDots builds dW as matrix products, one for each image, because the cores cannot share the one long sum
// over all images: the k copies of v shifted down, side by side [k·out, h·w'], times the k copies of x shifted left, side
// by side [h·w', k·in]. See kernelGradient.
func (o *ops) kernelGradientAsDots(c conv) compute.Value {
	v, k, s := c.kernelDims, c.outputDims, c.kernelDilations // [b, h', w', out], [k, k, in, out]
	h := (v[1]-1)*s[0] + k[0]                                // the rows of x that are read
	x := o.shiftedColumns(o.spread(c.input, c.paddings, orOnes(nil)), k[1], v[2], s[1])
	x = o.reshape(o.rows(x, 0, h, 1), v[0], h*v[2], k[1]*k[2])
	grad := o.reshape(o.shiftedDown(c.kernel, k[0], s[0]), v[0], h*v[2], k[0]*k[3])
	products := o.sum(o.batchDot(o.transpose(grad, 0, 2, 1), x), 0) // [k·out, k·in]
	return o.transpose(o.reshape(products, k[0], k[3], k[1], k[2]), 0, 2, 3, 1)
}

// kernelGradientPointwise builds dW of a 1×1 kernel as one product.
func (o *ops) kernelGradientPointwise(c conv) compute.Value {
	v, dw := c.kernelDims, c.outputDims
	n := v[0] * v[1] * v[2]
	x := o.spread(c.input, c.paddings, orOnes(nil))
	x = o.rows(o.shiftedColumns(x, 1, v[2], c.kernelDilations[1]), 0, v[1], c.kernelDilations[0])
	return o.reshape(o.dot(o.reshape(x, n, dw[2]), 0, o.reshape(c.kernel, n, v[3]), 0), dw...)
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

// shiftedDown puts the k copies of v [b, h, w, c], its rows spread out by stride and each copy one row further down, side
// by side: [b, (h−1)·stride+k, w, k·c].
func (o *ops) shiftedDown(v compute.Value, k, stride int) compute.Value {
	copies := make([]compute.Value, k)
	for i := range copies {
		copies[i] = o.spread(v, [][2]int{{i, k - 1 - i}, {0, 0}}, []int{stride, 1})
	}
	return o.concatenate(3, copies...)
}

// images takes the images from start to limit of x [b, h, w, c].
func (o *ops) images(x compute.Value, start, limit int) compute.Value {
	dims := o.dims(x)
	if o.err != nil {
		return nil
	}
	return o.slice(x, []int{start, 0, 0, 0}, []int{limit, dims[1], dims[2], dims[3]}, nil)
}

// imagesFrom takes n images of x [b, h, w, c], from one on that is known only when it is run.
func (o *ops) imagesFrom(x, start compute.Value, n int) compute.Value {
	dims := o.dims(x)
	zero := o.do(func() (compute.Value, error) { return o.f.Constant([]int32{0}) })
	return o.do(func() (compute.Value, error) {
		return o.f.DynamicSlice(x, []compute.Value{start, zero, zero, zero}, append([]int{n}, dims[1:]...))
	})
}

// rows takes height rows of x [b, h, w, c], from row i on and stride apart.
func (o *ops) rows(x compute.Value, i, height, stride int) compute.Value {
	dims := o.dims(x)
	if o.err != nil || i == 0 && stride == 1 && height == dims[1] {
		return x
	}
	return o.slice(x, []int{0, i, 0, 0}, []int{dims[0], i + (height-1)*stride + 1, dims[2], dims[3]}, []int{1, stride, 1, 1})
}
