// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/binary"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/compute/shapes"
)

// A value is the result of an operation: computed from the images, or a constant (a weight, a number in the code).
type value struct {
	name     string       // in the ONNX graph; a constant has none before a node reads it
	shape    shapes.Shape // as the network's code sees it: channels last
	ofImages bool         // computed from the images: in the file its channels come first

	// Of a constant: its values, channels last. Axes of size 1 in stored may be larger in shape: broadcast.
	flat     []float32
	stored   []int
	variable string // the path of the variable that it is; "" for others

	// What else is known of a value, for the one node that says it better than two.
	tiles *tiles // a map cut into squares: a reduction over them is pooling
	sum   *sum   // a sum: divided by the number of its terms it is a mean
}

type tiles struct {
	of     *value
	window int
}

type sum struct {
	of    *value
	axes  []int
	terms int
}

// channelsFirst lists, for each axis in the file, the axis in the network's code: 0, last, 1, 2, …
func channelsFirst(rank int) []int {
	if rank < 3 {
		return straight(rank)
	}
	return append([]int{0, rank - 1}, straight(rank - 1)[1:]...)
}

// straight is 0, 1, 2, …
func straight(rank int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = i
	}
	return order
}

// inFile gives the axes in the file of axes in the network's code.
func inFile(rank int, axes []int) []int {
	order := channelsFirst(rank)
	out := make([]int, len(axes))
	for i, axis := range axes {
		out[i] = slices.Index(order, axis)
	}
	slices.Sort(out)
	return out
}

// operand names v as an input of a node whose other inputs have rank axes with channels first.
func (t *tracer) operand(v *value, rank int) string {
	if v.ofImages {
		return v.name
	}
	if len(v.flat) == 1 {
		return t.constant(v, nil) // a single number goes with any shape
	}
	return t.constant(v, channelsFirst(rank))
}

// constant adds v's values to the file, their axes in the given order, and names them.
func (t *tracer) constant(v *value, order []int) string {
	if v.variable != "" {
		t.layer = strings.TrimSuffix(path.Dir(v.variable), normScope)
	}
	dims := make([]int64, len(order))
	for i, axis := range order {
		dims[i] = int64(v.stored[axis])
	}
	name := v.variable
	if name == "" {
		name = t.layer + "/constant"
	}
	name = t.unique(name)
	t.constants = append(t.constants, floats(name, dims, permute(v.flat, v.stored, order)))
	return name
}

// permute returns flat, of the given dimensions, with its axes in another order.
func permute(flat []float32, dims, order []int) []float32 {
	if len(order) == 0 {
		return flat
	}
	strides := make([]int, len(dims)) // in flat
	for i, step := len(dims)-1, 1; i >= 0; i-- {
		strides[i] = step
		step *= dims[i]
	}
	out := make([]float32, 0, len(flat))
	var walk func(level, at int)
	walk = func(level, at int) {
		if level == len(order) {
			out = append(out, flat[at])
			return
		}
		for range dims[order[level]] {
			walk(level+1, at)
			at += strides[order[level]]
		}
	}
	walk(0, 0)
	return out
}

// expand returns a constant's values without broadcasting: as many as its shape has.
func (v *value) expand() *value {
	if slices.Equal(v.stored, v.shape.Dimensions) {
		return v
	}
	flat, dims := v.flat, slices.Clone(v.stored)
	for axis, size := range v.shape.Dimensions {
		if dims[axis] == size {
			continue
		}
		inner := 1 // values behind this axis
		for _, d := range dims[axis+1:] {
			inner *= d
		}
		var out []float32
		for block := range slices.Chunk(flat, inner) {
			out = append(out, slices.Repeat(block, size)...)
		}
		flat, dims[axis] = out, size
	}
	return &value{shape: v.shape, stored: dims, flat: flat, variable: v.variable}
}

// floats is a tensor of the file.
func floats(name string, dims []int64, flat []float32) *protos.TensorProto {
	raw := make([]byte, 0, 4*len(flat))
	for _, x := range flat {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return &protos.TensorProto{Name: name, Dims: dims, DataType: int32(protos.TensorProto_FLOAT), RawData: raw}
}

// integers adds a list of integers to the file and names it.
func (t *tracer) integers(what string, list ...int) string {
	name := t.unique(t.layer + "/" + what)
	raw := make([]byte, 0, 8*len(list))
	for _, x := range list {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	t.constants = append(t.constants, &protos.TensorProto{Name: name, Dims: []int64{int64(len(list))}, DataType: int32(protos.TensorProto_INT64), RawData: raw})
	return name
}
