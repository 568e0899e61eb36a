// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
)

// A gate is found by the name of its weights, not by its sigmoid.
func TestGatesOf(t *testing.T) {
	conv := func(scope *model.Scope, x *Node) *Node {
		return layers.Convolution(scope, x).CurrentScope().Channels(4).KernelSize(3).PadSame().Done()
	}
	silu := func(x *Node) *Node { return Mul(x, Sigmoid(x)) }
	for name, test := range map[string]struct {
		block func(scope *model.Scope, x *Node) *Node
		want  int
	}{
		"highway": {func(scope *model.Scope, x *Node) *Node { return blocks.Highway(scope, x, 4, 1, -1) }, 1},
		"highway, then highway": {func(scope *model.Scope, x *Node) *Node {
			return blocks.Highway(scope.In("second"), blocks.Highway(scope.In("first"), x, 4, 1, -1), 4, 2, -1)
		}, 2},
		"SiLU":                 {func(scope *model.Scope, x *Node) *Node { return silu(conv(scope.In("conv"), x)) }, 0},
		"SiLU after a highway": {func(scope *model.Scope, x *Node) *Node { return silu(blocks.Highway(scope.In("block"), x, 4, 1, -1)) }, 1},
		"SiLU on a norm":       {func(scope *model.Scope, x *Node) *Node { return silu(norm.BatchNorm(scope.In("norm"), x, -1).Done()) }, 0},
		"SiLU of what is read": {func(_ *model.Scope, x *Node) *Node { return silu(x) }, 0},
		"normalised gate": {func(scope *model.Scope, x *Node) *Node {
			gate := scope.In("gate")
			return Sigmoid(norm.BatchNorm(gate, conv(gate, x), -1).Done())
		}, 1},
		"gate that reads a SiLU": {func(scope *model.Scope, x *Node) *Node { return Sigmoid(conv(scope.In("gate"), silu(x))) }, 1},
		"SiLU that reads a gate": {func(scope *model.Scope, x *Node) *Node {
			return silu(conv(scope.In("conv"), Sigmoid(conv(scope.In("gate"), x))))
		}, 1},
		"a scope like that": {func(scope *model.Scope, x *Node) *Node { return Sigmoid(conv(scope.In("aggregate"), x)) }, 0},
		"gate of numbers, no map": {func(scope *model.Scope, x *Node) *Node {
			return Sigmoid(layers.Dense(scope.In("gate"), ReduceMean(x, 1, 2), true, 4))
		}, 0},
		"squeeze and excitation": {func(scope *model.Scope, x *Node) *Node {
			squeezed := ReduceAndKeep(x, ReduceMean, 1, 2) // [batch, 1, 1, 4]
			return Mul(x, Sigmoid(layers.Dense(scope.In("excite"), squeezed, true, 4)))
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewGraph(accel.MustNew("go"), name)
			defer g.Finalize()
			images := Parameter(g, "images", shapes.Make(dtypes.Float32, 2, 8, 8, 4))
			store := model.NewStore()
			store.SetTraining(g, true)
			test.block(store.RootScope(), images)
			if got := len(gatesOf(g)); got != test.want {
				t.Errorf("%d gates, want %d", got, test.want)
			}
		})
	}
}
