// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

// Blocks y = x + a·x: along a path the gradient is the product of its branches' weights, times σ(−y) at the top.
func TestPathGradients(t *testing.T) {
	weights := []float32{0.5, 2, 3}
	for name, relu := range map[string]bool{"sum": false, "ReLU after the sum": true} {
		t.Run(name, func(t *testing.T) {
			store := model.NewStore()
			for i, w := range weights {
				store.VariableWithValue(fmt.Sprintf("/block%d/weights", i+1), tensors.FromFlatDataAndDimensions([]float32{w}, 1, 1, 1, 1))
			}
			net := func(scope *model.Scope, x *Node) *Node {
				for i := range weights {
					x = nets.Run(scope.In("block%d", i+1), x, func(scope *model.Scope, x *Node) *Node {
						y := Add(x, conv1x1(scope, x, 9))
						if relu {
							y = activation.Relu(y)
						}
						return y
					})
				}
				return score(MulScalar(x, 0.1))
			}
			paths := AllPaths(len(weights))
			got, err := PathGradients(accel.MustNew(""), net, store, pixels(1), relu, paths...)
			if err != nil {
				t.Fatal(err)
			}
			whole, sum := 0.1/(1+math.Exp(0.1*1.5*3*4)), 0.0
			for p, path := range paths {
				want := whole
				for i, taken := range path {
					if taken {
						want *= float64(weights[i])
					}
				}
				if math.Abs(got[p]-want) > 1e-5*want {
					t.Errorf("path %v: %g, want %g", path, got[p], want)
				}
				sum += got[p]
			}
			if want := whole * 1.5 * 3 * 4; math.Abs(sum-want) > 1e-5 {
				t.Errorf("all paths together: %g, the whole gradient is %g", sum, want)
			}
			if _, err := PathGradients(accel.MustNew(""), net, store, pixels(1), relu, []bool{true}); err == nil {
				t.Error("no error for a path of one block through three")
			}
		})
	}
}

// The ReLU after the sum stops both ways where the sum is negative.
func TestPathGradientsBelowZero(t *testing.T) {
	store := model.NewStore()
	store.VariableWithValue("/block1/weights", tensors.FromFlatDataAndDimensions([]float32{-3}, 1, 1, 1, 1))
	net := func(scope *model.Scope, x *Node) *Node {
		return score(nets.Run(scope.In("block1"), x, func(scope *model.Scope, x *Node) *Node {
			return activation.Relu(Add(x, conv1x1(scope, x, 9)))
		}))
	}
	got, err := PathGradients(accel.MustNew(""), net, store, pixels(1), true, []bool{false}, []bool{true})
	if err != nil {
		t.Fatal(err)
	}
	if got[0] != 0 || got[1] != 0 {
		t.Errorf("got %v, want zeros", got)
	}
}

// In a real network, with strides and batch norms, each path has a gradient of its own.
func TestPathGradientsOfAStack(t *testing.T) {
	net, err := nets.HalfStack(8, blocks.Residual, 10)
	if err != nil {
		t.Fatal(err)
	}
	backend, store := accel.MustNew(""), model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	batch := pixels(1)
	batch.Inputs[0] = counted(1, 32, 32, 3)
	got, err := PathGradients(backend, net, store, batch, true, []bool{false, false, false}, []bool{true, true, true}, []bool{true, false, true})
	if err != nil {
		t.Fatal(err)
	}
	for i, norm := range got {
		if norm <= 0 || math.IsNaN(norm) || math.IsInf(norm, 0) {
			t.Errorf("path %d: %g", i, norm)
		}
	}
	if got[0] == got[1] || got[1] == got[2] {
		t.Errorf("different paths give the same: %v", got)
	}
}

func TestAllPaths(t *testing.T) {
	counts := map[int]int{}
	for _, path := range AllPaths(4) {
		counts[BranchesOf(path)]++
	}
	if fmt.Sprint(counts) != "map[0:1 1:4 2:6 3:4 4:1]" {
		t.Errorf("paths by length: %v", counts)
	}
}
