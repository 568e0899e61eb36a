// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// A Surgery stands in for a block of a network. path is the block's scope, such as "stage2/block3", x what the block reads,
// and block the block itself. The surgery returns what the network goes on with: block(x) leaves the network as it is, x
// takes the block out. It may look at x and at the result, change either, or call block more than once, with the same weights.
type Surgery func(path string, x *graph.Node, block func(x *graph.Node) *graph.Node) *graph.Node

// Operate returns net with the surgery at each of its blocks. The blocks are not changed and know nothing of it; the weights
// keep their names, so a trained network can be operated on as well as a new one. Operate can be repeated: the surgery that
// was added last stands around those before it.
//
// It works for every network that calls its blocks through [Run], as all networks of this package do. Without a surgery
// Run costs nothing: what it decides is decided while the graph is built.
func Operate(net Model, surgery Surgery) Model {
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		g := images.Graph()
		around, _ := g.State(surgeryKey{}).(Surgery)
		whole := surgery
		if around != nil {
			whole = func(path string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node {
				return around(path, x, func(x *graph.Node) *graph.Node { return surgery(path, x, block) })
			}
		}
		g.AttachState(surgeryKey{}, whole)
		defer func() { // another network of the same graph is not operated on
			if around == nil {
				g.AttachState(surgeryKey{}, nil)
			} else {
				g.AttachState(surgeryKey{}, around)
			}
		}()
		return net(scope, images)
	}
}

// surgeryKey finds a graph's Surgery among its states.
type surgeryKey struct{}

// Run calls a block of a network, in a scope of its own, or lets the surgery of [Operate] do so. A network that you
// write yourself can be operated on if it calls its blocks through Run.
func Run(scope *model.Scope, x *graph.Node, block func(scope *model.Scope, x *graph.Node) *graph.Node) *graph.Node {
	surgery, found := x.Graph().State(surgeryKey{}).(Surgery)
	if !found {
		return block(scope, x)
	}
	path := strings.TrimPrefix(scope.Scope(), model.ScopeSeparator)
	return surgery(path, x, func(x *graph.Node) *graph.Node { return block(scope.ResetVisited(), x) })
}
