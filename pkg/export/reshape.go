// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// tiledAxes are those of a map cut into squares, [batch, h, window, w, window, channels], that a pooling reduces.
var tiledAxes = []int{2, 4}

// Reshape keeps the batch. Where it keeps the channels as well, it is the same with channels first.
func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	v := x.(*value)
	shape, err := shapeinference.Reshape(v.shape, dims)
	if err != nil {
		return nil, err
	}
	if !v.ofImages {
		v = v.expand()
		return &value{shape: shape, stored: dims, flat: v.flat, variable: v.variable}, nil
	}
	if slices.Equal(shape.Dimensions, v.shape.Dimensions) {
		return v, nil
	}
	if shape.Rank() == 0 || shape.Dim(0) != batch {
		return nil, fmt.Errorf("a reshape of %s to %s, which mixes images, is not exported", v.shape, shape)
	}
	if shape.Dim(-1) != v.shape.Dim(-1) {
		v = f.channelsLast(v)
		out := f.node("Reshape", shape, []string{v.name, f.integers("shape", fileDims(dims, straight(len(dims)))...)})
		return f.toChannelsFirst(out), nil
	}
	out := f.node("Reshape", shape, []string{v.name, f.integers("shape", fileDims(dims, channelsFirst(len(dims)))...)})
	out.tiles = cut(v, shape)
	return out, nil
}

// cut tells whether a reshape of v to shape cuts maps into squares.
func cut(v *value, shape shapes.Shape) *tiles {
	if v.shape.Rank() != 4 || shape.Rank() != 6 || shape.Dim(2) != shape.Dim(4) ||
		shape.Dim(1)*shape.Dim(2) != v.shape.Dim(1) || shape.Dim(3)*shape.Dim(4) != v.shape.Dim(2) {
		return nil
	}
	return &tiles{v, shape.Dim(2)}
}

// fileDims is a shape in the file: 0 stands for the batch, "as it was".
func fileDims(dims, order []int) []int {
	out := make([]int, len(dims))
	for i, axis := range order {
		if axis != 0 {
			out[i] = dims[axis]
		}
	}
	return out
}

func (f *function) channelsLast(v *value) *value {
	rank := v.shape.Rank()
	if rank < 3 {
		return v
	}
	last := append([]int{0}, straight(rank)[2:]...)
	return f.node("Transpose", v.shape, []string{v.name}, ints("perm", append(last, 1)))
}

func (f *function) toChannelsFirst(v *value) *value {
	if v.shape.Rank() < 3 {
		return v
	}
	return f.node("Transpose", v.shape, []string{v.name}, ints("perm", channelsFirst(v.shape.Rank())))
}

// BroadcastInDim of a constant is left to the node that reads it. That of features adds axes of size 1 and expands them.
func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	v := x.(*value)
	dims := slices.Repeat([]int{1}, shape.Rank())
	for i, axis := range axes {
		dims[axis] = v.shape.Dim(i)
	}
	if !v.ofImages {
		for i, axis := range axes {
			dims[axis] = v.stored[i]
		}
		return &value{shape: shape, stored: dims, flat: v.flat, variable: v.variable}, nil
	}
	spread, err := f.Reshape(v, dims...)
	if err != nil || slices.Equal(dims, shape.Dimensions) {
		return spread, err
	}
	target := fileDims(shape.Dimensions, channelsFirst(shape.Rank()))
	target[0] = 1 // Expand broadcasts both ways: the batch stays
	return f.node("Expand", shape, []string{spread.(*value).name, f.integers("shape", target...)}), nil
}

// Transpose puts axes in another order, the batch remaining first.
func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	v := x.(*value)
	shape, err := shapeinference.Transpose(v.shape, permutation)
	if err != nil {
		return nil, err
	}
	if !v.ofImages {
		v = v.expand()
		return &value{shape: shape, stored: shape.Dimensions, flat: permute(v.flat, v.stored, permutation)}, nil
	}
	if permutation[0] != 0 {
		return nil, fmt.Errorf("a transposition that moves the batch is not exported")
	}
	out := f.node("Transpose", shape, []string{f.channelsLast(v).name}, ints("perm", permutation))
	return f.toChannelsFirst(out), nil
}

// Concatenate writes numbers behind or before features, as the padded shortcuts have them, as a Pad.
func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	var inputs []shapes.Shape
	var names []string
	for _, o := range operands {
		v := o.(*value)
		inputs, names = append(inputs, v.shape), append(names, v.name)
	}
	shape, err := shapeinference.Concatenate(inputs, axis)
	if err != nil {
		return nil, err
	}
	at := inFile(shape.Rank(), []int{axis})[0]
	if slices.Contains(names, "") { // a constant
		return f.pad(operands, at, axis, shape)
	}
	return f.node("Concat", shape, names, integer("axis", at)), nil
}

func (f *function) pad(operands []compute.Value, at, axis int, shape shapes.Shape) (compute.Value, error) {
	rank := shape.Rank()
	amounts := make([]int, 2*rank) // all begins, then all ends
	if len(operands) == 2 {
		first, second := operands[0].(*value), operands[1].(*value)
		switch {
		case first.ofImages && len(second.flat) == 1:
			amounts[rank+at] = second.shape.Dim(axis)
			return f.node("Pad", shape, []string{first.name, f.integers("pads", amounts...), f.constant(second, nil)}), nil
		case second.ofImages && len(first.flat) == 1:
			amounts[at] = first.shape.Dim(axis)
			return f.node("Pad", shape, []string{second.name, f.integers("pads", amounts...), f.constant(first, nil)}), nil
		}
	}
	return nil, fmt.Errorf("a concatenation of %d values with constants among them is not exported, only one of features and a single repeated number", len(operands))
}

// Pad writes a number around features.
func (f *function) Pad(x, number compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	v, fill := x.(*value), number.(*value)
	shape, err := shapeinference.Pad(v.shape, axes...)
	if err != nil {
		return nil, err
	}
	interior := slices.ContainsFunc(axes, func(a compute.PadAxis) bool { return a.Interior != 0 })
	if !v.ofImages || len(fill.flat) != 1 || interior || shape.Dim(0) != v.shape.Dim(0) {
		return nil, fmt.Errorf("a padding of %s by %+v is not exported, only one with a number at the edges of features", v.shape, axes)
	}
	rank := shape.Rank()
	amounts := make([]int, 2*rank) // all begins, then all ends
	for inFile, axis := range channelsFirst(rank) {
		if axis < len(axes) {
			amounts[inFile], amounts[rank+inFile] = axes[axis].Start, axes[axis].End
		}
	}
	return f.node("Pad", shape, []string{v.name, f.integers("pads", amounts...), f.constant(fill, nil)}), nil
}
