// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// How a Variant merges a block's input with what its layers make of it.
const (
	PlainMerge    = "plain"    // y = ReLU(b·F(x))
	ResidualMerge = "residual" // y = ReLU(a·x + b·F(x))
	HighwayMerge  = "highway"  // y = H·T + x·(1 − T), H = ReLU(F(x)), T = σ(conv3×3(x) + gate bias)
	DenseMerge    = "dense"    // y = [x, ReLU(F(x))]
)

// A Variant is a stack whose blocks differ in one or two things from those of package blocks, for experiments on *why* a
// network can or cannot be trained. With Merge alone it computes what the block of that name computes.
type Variant struct {
	Merge string

	// WithoutNorm takes batch normalisation out of stem and blocks; each convolution then has a bias, which starts at 0.
	WithoutNorm bool
	// LooksLinear begins with kernels that make the network linear, in pairs of channels that ReLU(u) − ReLU(−u) = u puts
	// together again (Balduzzi et al. 2017, arXiv:1702.08591, Sec. 4), and that keep lengths: orthogonal at the centre tap, zero around it
	// (Xiao et al. 2018, arXiv:1806.05393, Sec. 3). Else kernels begin He-normal. Seed draws the orthogonal matrices.
	LooksLinear bool
	Seed        uint64

	// Skip and Branch are a and b of the residual merge, fixed (He et al. 2016, arXiv:1603.05027, Table 1).
	Skip, Branch float64
	// LearnedBranch makes b a learned number of each block, which begins at Branch: with 0 it is SkipInit (De and Smith 2020, arXiv:2002.10444, Sec. 3).
	LearnedBranch bool

	GateBias float64 // of the highway merge
}

// Standard is the Variant that differs in nothing: x and F(x) count once each.
func Standard(merge string) Variant {
	return Variant{Merge: merge, Skip: 1, Branch: 1, GateBias: gateBias}
}

// HalfStack builds the variant as [HalfStack] does: depth = 6n+2 layers, a stem of stride 2.
func (v Variant) HalfStack(depth, classes int) (Model, error) {
	n, err := perStage(depth, 6, 2)
	if err == nil {
		err = checkClasses(classes)
	}
	if err != nil {
		return nil, err
	}
	block := v.block
	switch v.Merge {
	case PlainMerge, ResidualMerge, HighwayMerge:
	case DenseMerge:
		block = v.denseBlock(matchedGrowthRate(n))
	default:
		return nil, fmt.Errorf("nets: no merge %q; there are %s, %s, %s and %s", v.Merge, PlainMerge, ResidualMerge, HighwayMerge, DenseMerge)
	}
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		checkImages(images)
		x := activation.Relu(v.layer(scope.In("stem"), images, 16, 2)) // [batch, 16, 16, 16]
		x = stages(scope, x, n, block)                                 // [batch, 4, 4, 64 for most blocks]
		return head(scope.In("head"), x, classes)                      // [batch, classes]
	}, nil
}

// layer is a 3×3 convolution and its norm or bias: [batch, h, w, in] → [batch, ⌈h/stride⌉, ⌈w/stride⌉, channels].
func (v Variant) layer(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
	begin := initializer.HeFn(scope)
	if v.LooksLinear {
		begin = looksLinear(scope.Scope(), v.Seed)
	}
	y := layers.Convolution(scope.WithInitializer(begin), x).CurrentScope().
		Channels(channels).KernelSize(3).Strides(stride).PadSame().UseBias(false).Done()
	if !v.WithoutNorm {
		return bn(scope, y)
	}
	bias := scope.WithInitializer(initializer.Zero).VariableWithShape("biases", shapes.Make(x.DType(), channels)).NodeValue(x.Graph())
	return graph.Add(y, graph.Reshape(bias, 1, 1, 1, channels))
}

// branch is F, two layers with a ReLU between.
func (v Variant) branch(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
	y := activation.Relu(v.layer(scope.In("conv1"), x, channels, stride)) // [batch, h/stride, w/stride, channels]
	y = v.layer(scope.In("conv2"), y, channels, 1)                        // [batch, h/stride, w/stride, channels]
	switch {
	case v.LearnedBranch:
		begin := func(g *graph.Graph, shape shapes.Shape) *graph.Node {
			return graph.MulScalar(graph.Ones(g, shape), v.Branch)
		}
		factor := scope.WithInitializer(begin).VariableWithShape("branch", shapes.Make(x.DType())).NodeValue(x.Graph())
		return graph.Mul(y, factor)
	case v.Branch != 1:
		return graph.MulScalar(y, v.Branch)
	}
	return y
}

func (v Variant) block(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
	f := v.branch(scope, x, channels, stride)
	switch v.Merge {
	case ResidualMerge:
		carried := Carry(x, f)
		if v.Skip != 1 {
			carried = graph.MulScalar(carried, v.Skip)
		}
		return activation.Relu(graph.Add(f, carried))
	case HighwayMerge:
		gate := scope.In("gate")
		startAt := func(g *graph.Graph, shape shapes.Shape) *graph.Node {
			return graph.MulScalar(graph.Ones(g, shape), v.GateBias)
		}
		bias := gate.WithInitializer(startAt).VariableWithShape("biases", shapes.Make(x.DType(), channels)).NodeValue(x.Graph())
		t := graph.Sigmoid(graph.Add(conv(gate, x, channels, 3, stride), graph.Reshape(bias, 1, 1, 1, channels)))
		return graph.Add(graph.Mul(activation.Relu(f), t), graph.Mul(Carry(x, f), graph.OneMinus(t)))
	}
	return activation.Relu(f)
}

// denseBlock appends growthRate channels; where the stride is 2, x is averaged over 2×2 pixels, as in Dense.
func (v Variant) denseBlock(growthRate int) Block {
	return func(scope *model.Scope, x *graph.Node, _, stride int) *graph.Node {
		y := activation.Relu(v.branch(scope, x, growthRate, stride)) // [batch, h/stride, w/stride, growthRate]
		if stride > 1 {
			x = meanPool(x, stride) // [batch, h/stride, w/stride, in]
		}
		return graph.Concatenate([]*graph.Node{x, y}, -1) // [batch, h/stride, w/stride, in + growthRate]
	}
}
