// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// lookahead keeps slow weights beside those that learn: every Lookahead steps the slow ones go a part of the way to the fast
// ones, and the fast ones go on from there (Zhang et al. 2019, "Lookahead Optimizer: k steps forward, 1 step back"). The
// running averages of BatchNorm go with the weights. In other steps, toSlow is 0 and nothing happens.
func lookahead(g *Graph, weights []*model.Variable, toSlow *Node) {
	variables := append([]*model.Variable{}, weights...)
	for v := range model.GetStore(g).IterVariables() {
		if isStatistic(v.Path()) && ofNetwork(v.Path()) {
			variables = append(variables, v)
		}
	}
	now := GreaterThan(toSlow, ScalarZero(g, toSlow.DType()))
	for _, v := range variables {
		remembered, fast := memory(g, v, "slow"), v.NodeValue(g)
		slow := remembered.NodeValue(g)
		slow = Add(slow, Mul(toSlow, Sub(fast, slow)))
		remembered.SetNodeValue(slow)
		v.SetNodeValue(Where(now, slow, fast))
	}
}

// slowDecay is how much of the slow weights a step keeps at the end of training.
const slowDecay = 0.95

// toSlowAt is how far the slow weights go to the fast ones in a step: all the way at first, then ever less, as the average
// gets longer. The formula 1 − 0.95^k·(t/T)³ is that of airbench94 (Jordan 2024, arXiv:2404.00498).
func (r Recipe) toSlowAt(step, total int) float64 {
	switch {
	case r.Lookahead == 0 || (step+1)%r.Lookahead != 0:
		return 0
	case step+1 == r.Lookahead: // there are no slow weights yet
		return 1
	}
	return 1 - math.Pow(slowDecay, float64(r.Lookahead))*math.Pow(float64(step)/float64(total), 3)
}
