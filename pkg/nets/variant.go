// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// A Variant is a stack whose blocks differ in one or two things from those of package blocks, for experiments on *why* a
// network can or cannot be trained. With Merge alone it computes what the block of that name computes.
type Variant struct {
	Merge string // the family whose block it is: one of those whose row in Families has a variant

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
	family, err := find(v.Merge, "merge", func(f Family) bool { return f.variant != nil })
	if err != nil {
		return nil, err
	}
	stem := func(scope *model.Scope, images *graph.Node) *graph.Node {
		return activation.Relu(v.layer(scope, images, 16, 2))
	}
	return stack(depth, 6, func(perStage int) Block { return family.variant(v, perStage) }, stem, asIs, classes)
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
	return biased(scope, y, 0)
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

// plainBlock is y = ReLU(b·F(x)).
func (v Variant) plainBlock(int) Block {
	return func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
		return activation.Relu(v.branch(scope, x, channels, stride))
	}
}

// residualBlock is y = ReLU(a·x + b·F(x)).
func (v Variant) residualBlock(int) Block {
	return func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
		f := v.branch(scope, x, channels, stride)
		carried := Carry(x, f)
		if v.Skip != 1 {
			carried = graph.MulScalar(carried, v.Skip)
		}
		return activation.Relu(graph.Add(f, carried))
	}
}

// highwayBlock is y = H·T + x·(1 − T), H = ReLU(F(x)), T = σ(conv3×3(x) + gate bias).
func (v Variant) highwayBlock(int) Block {
	return func(scope *model.Scope, x *graph.Node, channels, stride int) *graph.Node {
		f := v.branch(scope, x, channels, stride)
		gate := scope.In("gate")
		t := graph.Sigmoid(biased(gate, conv(gate, x, channels, 3, stride), v.GateBias))
		return graph.Add(graph.Mul(activation.Relu(f), t), graph.Mul(Carry(x, f), graph.OneMinus(t)))
	}
}

// denseBlock is y = [x, ReLU(F(x))]; where the stride is 2, x is averaged over 2×2 pixels, as in Dense.
func (v Variant) denseBlock(perStage int) Block {
	growthRate := matchedGrowthRate(perStage)
	return func(scope *model.Scope, x *graph.Node, _, stride int) *graph.Node {
		y := activation.Relu(v.branch(scope, x, growthRate, stride))        // [batch, h/stride, w/stride, growthRate]
		return graph.Concatenate([]*graph.Node{meanPool(x, stride), y}, -1) // [batch, h/stride, w/stride, in + growthRate]
	}
}
