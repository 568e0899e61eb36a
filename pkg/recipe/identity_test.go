// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// The first channels that a convolution writes are what it reads, to the bit and to the border.
func TestIdentityKernels(t *testing.T) {
	conv := func(name string, size, channels int) Model {
		return func(scope *model.Scope, x *Node) *Node {
			return layers.Convolution(scope.In("%s", name), x).Channels(channels).KernelSize(size).PadSame().UseBias(false).Done()
		}
	}
	pixels := make([]float32, 2*4*4*3)
	for i := range pixels {
		pixels[i] = float32(i%7) - 2.5
	}
	images := tensors.FromFlatDataAndDimensions(pixels, 2, 4, 4, 3)
	for _, test := range []struct {
		what   string
		net    Model
		writes int
		want   bool
	}{
		{"3×3, as many channels", conv("conv", 3, 3), 3, true},
		{"3×3, more channels", conv("conv", 3, 5), 5, true},
		{"1×1", conv("conv", 1, 4), 4, true},
		{"fewer channels", conv("conv", 3, 2), 2, false},
		{"no centre", conv("conv", 2, 3), 3, false},
		{"a gate", conv("gate", 3, 3), 3, false},
	} {
		t.Run(test.what, func(t *testing.T) {
			store := model.NewStore()
			exec := model.MustNewExec(testBackend(), store, test.net)
			before := tensors.MustCopyFlatData[float32](exec.MustCall(images)[0])
			if err := IdentityKernels(store); err != nil {
				t.Fatal(err)
			}
			after := tensors.MustCopyFlatData[float32](exec.MustCall(images)[0])
			if !test.want {
				close32(t, "output", after, before, 0)
				return
			}
			for pixel := range 2 * 4 * 4 {
				read, wrote := pixels[pixel*3:][:3], after[pixel*test.writes:][:test.writes]
				close32(t, "first channels", wrote[:3], read, 0)
				close32(t, "other channels", wrote[3:], before[pixel*test.writes+3:][:test.writes-3], 0)
			}
		})
	}
}
