// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// Article is a net of the article's companion notebook (Juliani 2016, ResNets, HighwayNets, and DenseNets, Oh My!): a 3×3
// stem of 64 channels, five groups of five units of the family plain, residual, highway or dense, a strided convolution after
// each group (32×32 to 1×1 pixels), and a 3×3 convolution to the classes. Units are one or two layers deep, so the nets
// differ in depth: 32 layers plain, 57 residual, 32 highway (not counting the gates) and 37 dense.
//
// As there, norms have no scale and ε = 1e-3, convolutions without a norm have a bias, and weights start Glorot uniform.
// Departures: a strided convolution pads both sides, not only the far one; running averages are kept (the notebook evaluates
// with the statistics of the test batch); larger images are averaged over what pixels are left. Package blocks has these units as their papers define them.
func Article(family string, classes int) (Model, error) {
	f, err := find(family, "net of the article", func(f Family) bool { return f.article != nil })
	if err == nil {
		err = checkClasses(classes)
	}
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		checkImages(images)
		x := articleConvBNReLU(scope.In("stem"), images, 1) // [batch, 32, 32, 64]
		for i := range 5 {
			x = f.article(scope.In("group%d", i+1), x)           // [batch, h, w, 64]
			x = articleConvBNReLU(scope.In("down%d", i+1), x, 2) // [batch, h/2, w/2, 64]
		}
		top := scope.In("head")
		x = articleBN(top, articleConv(top, x, classes, 1, false)) // [batch, h/32, w/32, classes]
		return graph.ReduceMean(x, 1, 2)                           // [batch, classes]
	}, nil
}

// articlePlain is y = ReLU(BN(conv(x))).
func articlePlain(scope *model.Scope, x *graph.Node) *graph.Node {
	return articleConvBNReLU(scope, x, 1)
}

// articleResidual is y = x + conv(ReLU(BN(conv(ReLU(BN(x)))))).
func articleResidual(scope *model.Scope, x *graph.Node) *graph.Node {
	y := x
	for _, name := range []string{"layer1", "layer2"} {
		scope := scope.In("%s", name)
		y = articleConv(scope, activation.Relu(articleBN(scope, y)), 64, 1, true)
	}
	return graph.Add(x, y)
}

// articleHighway is y = H·T + x·(1 − T), H = ReLU(conv(x)), T = σ(conv(x)) with a bias that starts at −1. No norm.
func articleHighway(scope *model.Scope, x *graph.Node) *graph.Node {
	h := activation.Relu(articleConv(scope.In("transform"), x, 64, 1, true)) // [batch, h, w, 64]

	scope = scope.In("gate")
	t := graph.Sigmoid(biased(scope, articleConv(scope, x, 64, 1, false), -1)) // [batch, h, w, 64]
	return graph.Add(graph.Mul(h, t), graph.Mul(x, graph.OneMinus(t)))
}

// articleDense is a whole group: one layer, then five that read all before them in the group. Only the last one's output
// leaves it.
func articleDense(scope *model.Scope, x *graph.Node) *graph.Node {
	y := articleConvBNReLU(scope.In("layer1"), x, 1)
	seen := []*graph.Node{y}
	for i := range 5 {
		y = articleConvBNReLU(scope.In("layer%d", i+2), graph.Concatenate(seen, -1), 1)
		seen = append(seen, y)
	}
	return y
}

// repeat makes a group of five units.
func repeat(unit func(scope *model.Scope, x *graph.Node) *graph.Node) func(scope *model.Scope, x *graph.Node) *graph.Node {
	return func(scope *model.Scope, x *graph.Node) *graph.Node {
		for i := range 5 {
			x = Run(scope.In("unit%d", i+1), x, unit)
		}
		return x
	}
}

func articleConvBNReLU(scope *model.Scope, x *graph.Node, stride int) *graph.Node {
	return activation.Relu(articleBN(scope, articleConv(scope, x, 64, stride, false)))
}

func articleConv(scope *model.Scope, x *graph.Node, channels, stride int, bias bool) *graph.Node {
	return layers.Convolution(scope.WithInitializer(initializer.GlorotUniformFn(scope)), x).CurrentScope().
		Channels(channels).KernelSize(3).Strides(stride).PadSame().UseBias(bias).Done()
}

func articleBN(scope *model.Scope, x *graph.Node) *graph.Node {
	return norm.BatchNorm(scope, x, -1).Scale(false).Momentum(0.9).Epsilon(1e-3).Done()
}
