// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// GoMLX's optimizers have no momentum, or a decay of zero (docs/upstream.md, `"adamw" by name decays nothing` and "layers.Convolution
// adds the L2 regularization twice"), so these are our own.

// optimizerScope holds what the optimizer remembers of each variable: momenta and averages. It is part of a training
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
	average     float64 // 1/n for the n-th averaged step; 0 before averaging begins
}

func (r Recipe) controlsAt(step, total int) controls {
	c := controls{rate: r.RateAt(step, total), correction1: 1, correction2: 1}
	if r.Optimizer == AdamW {
		t := float64(step + 1)
		c.correction1 = 1 / (1 - math.Pow(adamBeta1, t))
		c.correction2 = 1 / (1 - math.Pow(adamBeta2, t))
	}
	if n := r.averagedSteps(step, total); n > 0 {
		c.average = 1 / float64(n)
	}
	return c
}

func (c controls) vector() []float32 {
	return []float32{float32(c.rate), float32(c.correction1), float32(c.correction2), float32(c.average)}
}

// update lowers the loss by one step of every trainable variable in use, and keeps the averages of weights.
func (r Recipe) update(scope *model.Scope, loss, control *Node) {
	g := loss.Graph()
	at := func(i int) *Node { return Squeeze(Slice(control, AxisElem(i))) } // scalar
	rate, correction1, correction2, average := at(0), at(1), at(2), at(3)

	gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
	var variables []*model.Variable // in the order of the gradients; first collected, as updating creates more
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			variables = append(variables, v)
		}
	}
	for i, v := range variables {
		weight, decay := v.NodeValue(g), 0.0
		if weight.Rank() >= 2 { // kernels and dense weights; not norms and biases
			decay = r.WeightDecay
		}
		switch r.Optimizer {
		case SGD:
			weight = r.sgd(v, weight, gradients[i], rate, decay)
		case AdamW:
			weight = adamW(v, weight, gradients[i], rate, correction1, correction2, decay)
		}
		v.SetNodeValue(weight)
		if r.Averaging > 0 {
			mean := memory(g, v, "average")
			old := mean.NodeValue(g)
			mean.SetNodeValue(Add(old, Mul(average, Sub(weight, old))))
		}
	}
}

// sgd is Nesterov's accelerated gradient in the form of PyTorch's SGD(nesterov=True), the decay added to the gradient:
// m ← μ·m + g, w ← w − rate·(g + μ·m).
func (r Recipe) sgd(v *model.Variable, weight, gradient, rate *Node, decay float64) *Node {
	if decay > 0 {
		gradient = Add(gradient, MulScalar(weight, decay))
	}
	if r.Momentum > 0 {
		momentum := memory(weight.Graph(), v, "momentum")
		m := Add(MulScalar(momentum.NodeValue(weight.Graph()), r.Momentum), gradient)
		momentum.SetNodeValue(m)
		gradient = Add(gradient, MulScalar(m, r.Momentum))
	}
	return Sub(weight, Mul(rate, gradient))
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
	path := optimizerScope + "/" + name + v.Path()
	return model.GetStore(g).VariableWithShape(path, v.Shape(), initializer.Zero).SetTrainable(false)
}
