// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"

	"github.com/skipnets/skipnets/pkg/blocks"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// A Model turns normalised float32 images [batch, height, width, channels] into logits [batch, classes]. It creates its
// variables in scope and panics, as all graph building functions do, if the images have another shape.
type Model = func(scope *model.Scope, images *graph.Node) *graph.Node

// A Block turns x [batch, h, w, in] into [batch, ⌈h/stride⌉, ⌈w/stride⌉, out]. Most blocks write out = channels.
type Block = func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node

// Highway is blocks.Highway with the gates' bias bound.
func Highway(gateBias float64) Block {
	return func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
		return blocks.Highway(scope, x, channels, stride, gateBias)
	}
}

// Dense merges by concatenation what the other blocks drop, add or gate: y = [x, F(x)] with the F of blocks.Plain. F writes
// growthRate channels, or as many as the stage is wide if growthRate is 0; y has those of x besides. Where the stride
// is 2, x is averaged over 2×2 pixels, at an odd edge over those that are left.
//
// This is eq. 2 of Huang et al. 2016 (arXiv:1608.06993) with a two-layer F, so that depth counts the same as in the other
// nets; for the paper's own one-layer F and its transitions see DenseNet.
func Dense(growthRate int) Block {
	return func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
		if growthRate > 0 {
			channels = growthRate
		}
		y := blocks.Plain(scope, x, channels, stride) // [batch, h/stride, w/stride, channels]
		if stride > 1 {
			x = meanPool(x, stride) // [batch, ⌈h/stride⌉, ⌈w/stride⌉, in]
		}
		return graph.Concatenate([]*graph.Node{x, y}, -1) // [batch, h/stride, w/stride, in + channels]
	}
}

// conv is a convolution without bias, padded, He-normal: [batch, h, w, in] → [batch, ⌈h/stride⌉, ⌈w/stride⌉, channels].
func conv(scope *model.Scope, x *graph.Node, channels, kernelSize, stride int) *graph.Node {
	return layers.Convolution(scope.WithInitializer(initializer.HeFn(scope)), x).CurrentScope().
		Channels(channels).KernelSize(kernelSize).Strides(stride).PadSame().UseBias(false).Done()
}

// biased adds a number to each channel of x, learned, which starts at begin: [batch, h, w, channels].
func biased(scope *model.Scope, x *graph.Node, begin float64) *graph.Node {
	startAt := func(g *graph.Graph, shape shapes.Shape) *graph.Node {
		return graph.MulScalar(graph.Ones(g, shape), begin)
	}
	channels := x.Shape().Dim(-1)
	bias := scope.WithInitializer(startAt).VariableWithShape("biases", shapes.Make(x.DType(), channels)).NodeValue(x.Graph())
	return graph.Add(x, graph.Reshape(bias, 1, 1, 1, channels))
}

// bnReLU is ReLU ∘ BN.
func bnReLU(scope *model.Scope, x *graph.Node) *graph.Node { return activation.Relu(bn(scope, x)) }

// bn is batch norm with the settings of package blocks: the statistics are float32, whatever x is.
func bn(scope *model.Scope, x *graph.Node) *graph.Node {
	wide := graph.ConvertDType(x, dtypes.Float32)
	return graph.ConvertDType(norm.BatchNorm(scope, wide, -1).Momentum(0.9).Epsilon(1e-5).Done(), x.DType())
}

// meanPool averages window×window pixels, at the far edges over those that are left: [batch, h, w, channels] →
// [batch, ⌈h/window⌉, ⌈w/window⌉, channels]. The gradient of this reduction is a broadcast; that of graph.MeanPool is a sliding sum
// over the padded input, several times as slow.
func meanPool(x *graph.Node, window int) *graph.Node {
	d := x.Shape().Dimensions
	below, beside := (window-d[1]%window)%window, (window-d[2]%window)%window // pixels that are missing
	if below == 0 && beside == 0 {
		return graph.ReduceMean(tiles(x, window), 2, 4)
	}
	x = graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), graph.PadAxis{}, graph.PadAxis{End: below}, graph.PadAxis{End: beside}, graph.PadAxis{})
	rows, columns := (d[1]+below)/window, (d[2]+beside)/window
	var pixels []float32 // of each window
	for r := range rows {
		for c := range columns {
			pixels = append(pixels, float32(min(window, d[1]-r*window)*min(window, d[2]-c*window)))
		}
	}
	number := graph.ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(pixels, 1, rows, columns, 1))
	return graph.Div(graph.ReduceSum(tiles(x, window), 2, 4), graph.ConvertDType(number, x.DType()))
}

// maxPool takes the largest of window×window pixels: [batch, h, w, channels] → [batch, ⌊h/window⌋, ⌊w/window⌋, channels].
// Rows and columns that fill no window are left out.
func maxPool(x *graph.Node, window int) *graph.Node {
	if h, w := x.Shape().Dim(1)/window*window, x.Shape().Dim(2)/window*window; h != x.Shape().Dim(1) || w != x.Shape().Dim(2) {
		x = graph.Slice(x, graph.AxisRange(), graph.AxisRange(0, h), graph.AxisRange(0, w))
	}
	return graph.ReduceMax(tiles(x, window), 2, 4)
}

// tiles cuts images into squares of window×window pixels: [batch, h/window, window, w/window, window, channels].
func tiles(x *graph.Node, window int) *graph.Node {
	d := x.Shape().Dimensions
	return graph.Reshape(x, d[0], d[1]/window, window, d[2]/window, window, d[3])
}

// head averages over all pixels and classifies: [batch, h, w, channels] → [batch, classes].
func head(scope *model.Scope, x *graph.Node, classes int) *graph.Node {
	x = graph.ReduceMean(x, 1, 2) // [batch, channels]
	return layers.Dense(scope.WithInitializer(initializer.HeFn(scope)), x, true, classes)
}

// checkImages panics unless images are [batch, height, width, channels].
func checkImages(images *graph.Node) {
	if images.Rank() != 4 || !images.DType().IsFloat() {
		exceptions.Panicf("nets: want normalised float images [batch, height, width, channels], got %s", images.Shape())
	}
}

// checkClasses returns an error unless there are at least two classes, and not absurdly many.
func checkClasses(classes int) error {
	if classes < 2 {
		return fmt.Errorf("nets: need at least 2 classes, got %d", classes)
	}
	return classLimit.check(classes)
}

// perStage returns n of depth = perUnit·n + fixed, or an error that names the nearest depths of that form.
func perStage(depth, perUnit, fixed int) (int, error) {
	if err := depthLimit.check(depth); err != nil {
		return 0, err
	}
	n := (depth - fixed) / perUnit
	if depth == perUnit*n+fixed && n > 0 {
		return n, nil
	}
	form := fmt.Sprintf("nets: depth %d is not of the form %dn+%d", depth, perUnit, fixed)
	if lowest := perUnit + fixed; depth < lowest {
		return 0, fmt.Errorf("%s: the smallest is %d", form, lowest)
	}
	return 0, fmt.Errorf("%s: the nearest are %d and %d", form, perUnit*n+fixed, perUnit*(n+1)+fixed)
}
