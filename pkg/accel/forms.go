// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"strconv"

	"github.com/gomlx/compute"
)

// A form is one of several ways to build the gradient of a convolution to its kernel. Which is the fastest depends on the processor,
// the shape and the dtype: none wins everywhere.
type form struct {
	name   string
	pieces int // in which the batch goes through, one after the other; their gradients are added up
	whole  func(*ops, conv) compute.Value
}

// forms are those that a [Tuner] compares.
var forms = append(append(inPieces("conv3d", (*ops).kernelGradientAsConv3D, 1, 2, 4, 8, 16),
	inPieces("conv2d", (*ops).conv, 1, 2, 4, 8, 16)...),
	inPieces("dots", (*ops).kernelGradientAsDots, 1)...)

func inPieces(name string, whole func(*ops, conv) compute.Value, pieces ...int) (all []form) {
	for _, n := range pieces {
		f := form{name, n, whole}
		if n > 1 {
			f.name += "/" + strconv.Itoa(n)
		}
		all = append(all, f)
	}
	return all
}

// build builds the gradient dW that c asks for.
func (f form) build(o *ops, c conv) compute.Value {
	if f.pieces == 1 {
		return f.whole(o, c)
	}
	batch, piece := c.inputDims[0], c.inputDims[0]/f.pieces
	var total compute.Value
	for i := 0; i < batch; i += piece {
		part := c
		part.input, part.kernel = o.images(c.input, i, i+piece), o.images(c.kernel, i, i+piece)
		part.inputDims, part.kernelDims = o.dims(part.input), o.dims(part.kernel)
		gradient := f.whole(o, part)
		if i == 0 {
			total = gradient
		} else {
			total = o.add(total, gradient)
		}
	}
	return total
}

// fits tells whether the batch can be cut into that many pieces.
func (f form) fits(c conv) bool { return c.inputDims[0]%f.pieces == 0 }

// formNamed is the form of that name, if it fits.
func formNamed(name string, c conv) (form, bool) {
	for _, f := range forms {
		if f.name == name && f.fits(c) {
			return f, true
		}
	}
	return form{}, false
}

// usualForm is what is built where nothing was measured: the batch goes through in eight pieces if x and v are too large to
// stay in the processor's cache while every element of dW reads them.
func usualForm(c conv) form {
	pieces := 1
	if size := c.dtype.Size(); (product(c.inputDims)+product(c.kernelDims))*size > maxCached {
		pieces = 8
	}
	for c.inputDims[0]%pieces != 0 {
		pieces /= 2
	}
	return inPieces("conv3d", (*ops).kernelGradientAsConv3D, pieces)[0]
}

// maxCached is the number of bytes above which pieces are faster than the whole, measured with 32 MiB of cache.
var maxCached = 24 << 20

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
