// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
)

// A conv is a convolution over two spatial axes, without groups: the arguments of [compute.Function.ConvGeneral] with
// their defaults filled in, and the dimensions that the rewrites need.
type conv struct {
	input, kernel                   compute.Value
	axes                            compute.ConvolveAxesConfig
	strides                         []int
	paddings                        [][2]int
	inputDilations, kernelDilations []int

	inputDims, kernelDims, outputDims []int
	dtype                             dtypes.DType
}

// The three layouts in which GoMLX emits a convolution of NHWC images with an HWIO kernel, and its two gradients.
var (
	forwardAxes = compute.ConvolveAxesConfig{
		InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
		KernelSpatial: []int{0, 1}, KernelInputChannels: 2, KernelOutputChannels: 3,
		OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
	}
	// The gradient to the input reads the kernel with its channel axes swapped.
	inputGradAxes = compute.ConvolveAxesConfig{
		InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
		KernelSpatial: []int{0, 1}, KernelInputChannels: 3, KernelOutputChannels: 2,
		OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
	}
	// The gradient to the kernel convolves x [batch, h, w, in] with the output's gradient v [batch, h', w', out]: the
	// batch is what a sum runs over, so it takes the channels' role, and the channels take the batch's.
	kernelGradAxes = compute.ConvolveAxesConfig{
		InputBatch: 3, InputSpatial: []int{1, 2}, InputChannels: 0,
		KernelSpatial: []int{1, 2}, KernelInputChannels: 0, KernelOutputChannels: 3,
		OutputSpatial: []int{0, 1}, OutputBatch: 2, OutputChannels: 3,
	}
)

// ConvGeneral builds a convolution, in a faster form when it knows one.
func (f *function) ConvGeneral(input, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int, channelGroups, batchGroups int) (compute.Value, error) {
	c, ok := f.newConv(input, kernel, axes, strides, paddings, inputDilations, kernelDilations)
	if !ok || channelGroups > 1 || batchGroups > 1 {
		return f.Function.ConvGeneral(input, kernel, axes, strides, paddings, inputDilations, kernelDilations, channelGroups, batchGroups)
	}
	o := &ops{f: f.Function}
	output := f.convolve(o, c)
	if o.err != nil {
		return nil, o.err
	}
	if f.convs == nil {
		f.convs = map[compute.Value]conv{}
	}
	f.convs[output] = c
	return output, nil
}

// newConv gathers a convolution's arguments. It reports false for what no rewrite is written for.
func (f *function) newConv(input, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int) (conv, bool) {
	inputShape, err1 := f.Function.Shape(input)
	kernelShape, err2 := f.Function.Shape(kernel)
	if err1 != nil || err2 != nil || inputShape.Rank() != 4 || kernelShape.Rank() != 4 ||
		inputShape.IsDynamic() || kernelShape.IsDynamic() || !inputShape.DType.IsFloat() || kernelShape.DType != inputShape.DType {
		return conv{}, false
	}
	outputShape, err := shapeinference.ConvGeneral(inputShape, kernelShape, axes, strides, paddings, inputDilations, kernelDilations, 1, 1)
	if err != nil || outputShape.IsZeroSize() {
		return conv{}, false // the backend reports the error
	}
	return conv{
		input, kernel, axes, orOnes(strides), orZeros(paddings), orOnes(inputDilations), orOnes(kernelDilations),
		inputShape.Dimensions, kernelShape.Dimensions, outputShape.Dimensions, inputShape.DType,
	}, true
}

// convolve builds c in the dtype and the form that suit the backend.
func (f *function) convolve(o *ops, c conv) compute.Value {
	dtype := c.dtype
	r := f.builder.backend.rewrites
	if r.convDType != dtypes.InvalidDType && dtype == dtypes.Float32 {
		c.input, c.kernel, c.dtype = o.convert(c.input, r.convDType), o.convert(c.kernel, r.convDType), r.convDType
	}
	return o.convert(r.convForm(o, c), dtype)
}

// convForm builds c in the form that suits the backend.
func (r rewrites) convForm(o *ops, c conv) compute.Value {
	switch {
	case !r.forXLA && !r.convAsDots:
		return o.conv(c)
	case sameAxes(c.axes, forwardAxes):
		return r.canonical(o, c)
	case sameAxes(c.axes, inputGradAxes):
		return r.inputGradient(o, c)
	case sameAxes(c.axes, kernelGradAxes):
		return r.kernelGradient(o, c)
	}
	return o.conv(c)
}

// canonical builds a convolution of NHWC images with an HWIO kernel.
func (r rewrites) canonical(o *ops, c conv) compute.Value {
	switch {
	case !plain(c.inputDilations) || !plain(c.kernelDilations):
		return o.conv(c)
	case c.isPointwise() && plain(c.strides) && c.paddings[0] == [2]int{} && c.paddings[1] == [2]int{}:
		return o.pointwise(c)
	case r.convAsDots:
		return o.convAsDots(c)
	}
	return o.conv(c)
}

// conv builds c as it is.
func (o *ops) conv(c conv) compute.Value {
	return o.do(func() (compute.Value, error) {
		return o.f.ConvGeneral(c.input, c.kernel, c.axes, c.strides, c.paddings, c.inputDilations, c.kernelDilations, 1, 1)
	})
}

func sameAxes(a, b compute.ConvolveAxesConfig) bool {
	return a.InputBatch == b.InputBatch && a.InputChannels == b.InputChannels && slices.Equal(a.InputSpatial, b.InputSpatial) &&
		a.KernelInputChannels == b.KernelInputChannels && a.KernelOutputChannels == b.KernelOutputChannels && slices.Equal(a.KernelSpatial, b.KernelSpatial) &&
		a.OutputBatch == b.OutputBatch && a.OutputChannels == b.OutputChannels && slices.Equal(a.OutputSpatial, b.OutputSpatial)
}

// plain says that strides or dilations are all 1.
func plain(steps []int) bool { return steps[0] == 1 && steps[1] == 1 }

func orOnes(steps []int) []int {
	if len(steps) == 0 {
		return []int{1, 1}
	}
	return steps
}

func orZeros(paddings [][2]int) [][2]int {
	if len(paddings) == 0 {
		return make([][2]int, 2)
	}
	return paddings
}
