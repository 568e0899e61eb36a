// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Carry hands x on in the shape of y as a residual block does without its branch: as it is, or, where the shape changes,
// every stride-th pixel with channels of zeros appended (option A of He et al. 2015, Sec. 3.3). It has no weights.
func Carry(x, y *graph.Node) *graph.Node {
	in, out := x.Shape().Dimensions, y.Shape().Dimensions
	if len(in) != 4 || len(out) != 4 || in[3] > out[3] {
		exceptions.Panicf("nets: cannot carry %s on as %s: want [batch, height, width, channels] and no fewer channels", x.Shape(), y.Shape())
	}
	if stride := (in[1] + out[1] - 1) / out[1]; stride > 1 {
		every := graph.AxisRange().Stride(stride)
		x = graph.Slice(x, graph.AxisRange(), every, every, graph.AxisRange()) // [batch, out height, out width, in channels]
	}
	if missing := out[3] - in[3]; missing > 0 {
		zeros := graph.Zeros(x.Graph(), shapes.Make(x.DType(), out[0], out[1], out[2], missing))
		x = graph.Concatenate([]*graph.Node{x, zeros}, -1) // [batch, out height, out width, out channels]
	}
	return x
}
