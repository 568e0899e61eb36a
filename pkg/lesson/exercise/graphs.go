// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/pkg/lesson"
)

// valuesAndGradients runs y = f(x) for x = [1, 2] and gives y and the gradient of its sum to x. A function that cannot be
// built, or that changes the shape, is a problem in words.
func valuesAndGradients(f func(x *graph.Node) *graph.Node) (values, gradients []float32, problem string) {
	backend, err := lesson.Backend()
	if err != nil {
		return nil, nil, err.Error()
	}
	outputs, err := graph.CallOnceN(backend, func(x *graph.Node) []*graph.Node {
		y := f(x)
		if y == nil {
			panic(fmt.Errorf("the function returns nil"))
		}
		if !y.Shape().Equal(x.Shape()) {
			panic(fmt.Errorf("x has the shape %s, the result %s: they must be equal", x.Shape(), y.Shape()))
		}
		return []*graph.Node{y, graph.Gradient(graph.ReduceAllSum(y), x)[0]}
	}, []float32{1, 2})
	if err != nil {
		return nil, nil, "this cannot be built: " + err.Error()
	}
	values, gradients = tensors.MustCopyFlatData[float32](outputs[0]), tensors.MustCopyFlatData[float32](outputs[1])
	return values, gradients, ""
}

// all reports whether values are factor times [1, 2].
func all(values []float32, factor float32) bool { return values[0] == factor && values[1] == 2*factor }
