// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/nets"
)

// What is measured before the last variables of a network are there works on the pure-Go backend, too, even if it is no more
// than what a block hands on: docs/upstream.md.
func TestMeasurementsInPureGo(t *testing.T) {
	net, err := nets.Parse("half-residual-8", 2)
	if err != nil {
		t.Fatal(err)
	}
	backend := accel.MustNew("go")
	images := tensors.FromFlatDataAndDimensions(make([]float32, 8*8*3), 1, 8, 8, 3) // all zeros, and so is what each block hands on
	for name, look := range map[string]func(_ string, x, y *Node) *Node{
		"a block's result": func(_ string, _, y *Node) *Node { return y },
		"a part of it":     func(_ string, _, y *Node) *Node { return ReduceAllMax(y) },
	} {
		values, err := observe(backend, net, model.NewStore(), images, look)
		if err != nil || len(values) != 3 {
			t.Errorf("%s: %v, %v", name, values, err)
			continue
		}
		for _, value := range values {
			if got := tensors.MustCopyFlatData[float32](value)[0]; got != 0 {
				t.Errorf("%s: %g, want 0", name, got)
			}
		}
	}
}
