// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// GoMLX's optimizers have no momentum, or a decay of zero (docs/upstream.md, `"adamw" by name decays nothing` and "layers.Convolution
// adds the L2 regularization twice"), so these are our own.

// optimizerScope holds what the optimizer remembers of each variable: momenta and slow weights. It is part of a training
// checkpoint and no part of the network.
const optimizerScope = "/optimizer"

// Adam's constants, as in its paper (Kingma and Ba 2015, algorithm 1).
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// controls are the numbers that change from step to step. They enter the compiled graph as one vector.
type controls struct {
	rate        float64 // learning rate
	correction1 float64 // 1/(1−β1^t), Adam's bias correction of the first moment
	correction2 float64 // 1/(1−β2^t), and of the second
	toSlow      float64 // the part of the way that lookahead's slow weights go in this step; 0 where it does nothing
	whitenBias  float64 // 1 while the whitening layer's bias learns, then 0
}

func (r Recipe) controlsAt(step, total int) controls {
	c := controls{rate: r.RateAt(step, total), correction1: 1, correction2: 1, toSlow: r.toSlowAt(step, total)}
	if r.Optimizer == AdamW {
		t := float64(step + 1)
		c.correction1 = 1 / (1 - math.Pow(adamBeta1, t))
		c.correction2 = 1 / (1 - math.Pow(adamBeta2, t))
	}
	if float64(step) < r.WhitenBias*float64(total) {
		c.whitenBias = 1
	}
	return c
}

func (c controls) vector() []float32 {
	return []float32{float32(c.rate), float32(c.correction1), float32(c.correction2), float32(c.toSlow), float32(c.whitenBias)}
}

// updater is one step of a recipe's optimizer under construction; its nodes are the controls as scalars.
type updater struct {
	Recipe
	rate, correction1, correction2, toSlow, whitenBias *Node

	whitened string // the scope of the whitening layer, "" if there is none
}

// update lowers the loss by one step of every trainable variable in use.
func (r Recipe) update(scope *model.Scope, loss, control *Node) {
	g := loss.Graph()
	at := func(i int) *Node { return Squeeze(Slice(control, AxisElem(i))) } // scalar
	u := updater{Recipe: r, rate: at(0), correction1: at(1), correction2: at(2), toSlow: at(3), whitenBias: at(4)}

	u.holdStill(g)
	gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
	var variables []*model.Variable // in the order of the gradients; first collected, as updating creates more
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			variables = append(variables, v)
		}
	}
	for i, v := range variables {
		v.SetNodeValue(u.updated(v, gradients[i]))
	}
	if r.NormMomentum > 0 {
		limitNormMomentum(g, r.NormMomentum)
	}
	if r.Lookahead > 0 {
		lookahead(g, variables, u.toSlow)
	}
}

// holdStill takes out of training what the recipe does not let learn. Nothing else computes gradients for it.
func (u *updater) holdStill(g *Graph) {
	if u.Whiten {
		_, kernel := firstConvolution(g)
		kernel.SetTrainable(false)
		u.whitened, _ = model.SplitPath(kernel.Path())
	}
	for v := range model.GetStore(g).IterVariables() {
		if u.FixedScale && isNorm(v, "scale") {
			v.SetTrainable(false)
		}
	}
}

// updated is the variable's value after the step.
func (u *updater) updated(v *model.Variable, gradient *Node) *Node {
	weight, rate, decay := v.NodeValue(gradient.Graph()), u.rate, 0.0
	if weight.Rank() >= 2 || u.DecayNorms && (isNorm(v, "scale") || isNorm(v, "offset")) { // not biases
		decay = u.WeightDecay
	}
	switch whitened := u.whitened != "" && weight.Rank() == 1 && strings.HasPrefix(v.Path(), u.whitened+"/"); {
	case whitened: // at its own rate: next to nothing holds this offset, and at OffsetRate it grows into the thousands
		rate = Mul(rate, u.whitenBias)
	case u.OffsetRate > 0 && isNorm(v, "offset"):
		rate, decay = MulScalar(rate, u.OffsetRate), decay/u.OffsetRate
	}
	switch {
	case u.Optimizer == AdamW:
		return adamW(v, weight, gradient, rate, u.correction1, u.correction2, decay)
	case u.Optimizer == Layerwise:
		return sgd(v, weight, layerwise(weight, gradient), rate, u.Momentum, decay)
	case u.Optimizer == Muon && weight.Rank() == 4:
		return muon(v, weight, gradient, MulScalar(rate, u.KernelRate/u.LearningRate), u.KernelMomentum)
	default:
		return sgd(v, weight, gradient, rate, u.Momentum, decay)
	}
}

// layerwise brings a gradient to the length of the weights; that of scales, offsets and biases, which may be zero, to the length
// that scales begin with, 1 for each entry. A gradient of zero stays so.
func layerwise(weight, gradient *Node) *Node {
	length := func(x *Node) *Node { return Sqrt(ReduceAllSum(Square(x))) }
	target := Scalar(weight.Graph(), weight.DType(), math.Sqrt(float64(weight.Shape().Size())))
	if weight.Rank() >= 2 {
		target = length(weight)
	}
	return Mul(gradient, Div(target, MaxScalar(length(gradient), 1e-30)))
}

// isNorm tells whether the variable has that name, "scale" or "offset", in GoMLX's norm.BatchNorm.
func isNorm(v *model.Variable, name string) bool {
	scope, n := model.SplitPath(v.Path())
	return n == name && strings.HasSuffix(scope, "/"+norm.BatchNormalizationScopeName)
}

// sgd is Nesterov's accelerated gradient in the form of PyTorch's SGD(nesterov=True), the decay added to the gradient:
// m ← μ·m + g, w ← w − rate·(g + μ·m).
func sgd(v *model.Variable, weight, gradient, rate *Node, momentum, decay float64) *Node {
	if decay > 0 {
		gradient = Add(gradient, MulScalar(weight, decay))
	}
	return Sub(weight, Mul(rate, nesterov(v, gradient, momentum)))
}

// nesterov is the direction of a step: g + μ·m, where m ← μ·m + g is remembered.
func nesterov(v *model.Variable, gradient *Node, momentum float64) *Node {
	if momentum == 0 {
		return gradient
	}
	g := gradient.Graph()
	remembered := memory(g, v, "momentum")
	m := Add(MulScalar(remembered.NodeValue(g), momentum), gradient)
	remembered.SetNodeValue(m)
	return Add(gradient, MulScalar(m, momentum))
}

// adamW is Adam with the decay apart from the gradient (Loshchilov and Hutter 2019, algorithm 2; the
// decay is multiplied by the whole rate, as in PyTorch):
// w ← w − rate·(m̂ / (√v̂ + ε) + decay·w).
func adamW(v *model.Variable, weight, gradient, rate, correction1, correction2 *Node, decay float64) *Node {
	g := weight.Graph()
	first, second := memory(g, v, "first_moment"), memory(g, v, "second_moment")
	m := Add(MulScalar(first.NodeValue(g), adamBeta1), MulScalar(gradient, 1-adamBeta1))
	s := Add(MulScalar(second.NodeValue(g), adamBeta2), MulScalar(Square(gradient), 1-adamBeta2))
	first.SetNodeValue(m)
	second.SetNodeValue(s)
	step := Div(Mul(m, correction1), AddScalar(Sqrt(Mul(s, correction2)), adamEpsilon))
	if decay > 0 {
		step = Add(step, MulScalar(weight, decay))
	}
	return Sub(weight, Mul(rate, step))
}

// memory is a variable beside v in which the optimizer keeps something of v's shape, zero at first.
func memory(g *Graph, v *model.Variable, name string) *model.Variable {
	return model.GetStore(g).VariableWithShape(memoryPath(name, v), v.Shape(), initializer.Zero).SetTrainable(false)
}

func memoryPath(name string, v *model.Variable) string { return optimizerScope + "/" + name + v.Path() }
