// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// imagesName is the input's name, in the traced graph and in the ONNX file.
const imagesName = "images"

// A tracer is a GoMLX backend that computes nothing. Each operation that a network asks for becomes a node of an ONNX
// graph (operations.go); what there is no method for is an error that names it.
//
// The networks keep channels last, ONNX has them first. So each value that depends on the images, from [batch, channels, …]
// on, is stored with its channels first, and every operation's axes are translated.
type tracer struct {
	notimplemented.Backend
	store     *model.Store // whose variables have the weights; nil: all are zero
	nodes     []*protos.NodeProto
	constants []*protos.TensorProto
	names     map[string]int // how often a name has been given
	layer     string         // whose weights were read last: nodes are named after it
	output    *value
}

func newTracer(store *model.Store) *tracer {
	return &tracer{store: store, names: map[string]int{imagesName: 1}}
}

// Name implements compute.Backend.
func (t *tracer) Name() string { return "tracer" }

// Builder implements compute.Backend.
func (t *tracer) Builder(string) compute.Builder { return &builder{t: t} }

type builder struct {
	notimplemented.Builder
	t *tracer
}

// Name implements compute.Builder.
func (b *builder) Name() string { return "tracer" }

// Main implements compute.Builder.
func (b *builder) Main() compute.Function {
	missing := func(op compute.OpType) error {
		return fmt.Errorf("no ONNX translation for the operation %s: add it to pkg/export/operations.go: %w", op, compute.ErrNotImplemented)
	}
	return &function{Function: notimplemented.Function{ErrFn: missing}, builder: b, tracer: b.t}
}

// OpShape implements compute.Builder.
func (b *builder) OpShape(op compute.Value) (shapes.Shape, error) { return op.(*value).shape, nil }

// A function has a method for each operation with a translation.
type function struct {
	notimplemented.Function
	*tracer
	builder *builder
}

// Name implements compute.Function.
func (f *function) Name() string { return compute.MainName }

// Builder implements compute.Function.
func (f *function) Builder() compute.Builder { return f.builder }

// Shape implements compute.Function.
func (f *function) Shape(v compute.Value) (shapes.Shape, error) { return v.(*value).shape, nil }

// Return implements compute.Function.
func (f *function) Return(outputs []compute.Value, _ []*compute.ShardingSpec) error {
	f.output = outputs[0].(*value)
	return nil
}

// Parameter implements compute.Function: the images or a variable of the network.
func (f *function) Parameter(name string, shape shapes.Shape, _ *compute.ShardingSpec) (compute.Value, error) {
	if name == imagesName {
		return &value{name: name, shape: shape, ofImages: true}, nil
	}
	if f.store == nil {
		return &value{variable: name, shape: shape, stored: shape.Dimensions, flat: make([]float32, shape.Size())}, nil
	}
	for v := range f.store.IterVariables() {
		if v.Path() != name {
			continue
		}
		if !v.HasValue() {
			return nil, fmt.Errorf("the weights have no value for %s: they belong to another network", name)
		}
		t, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		flat, err := tensors.CopyFlatData[float32](t)
		if err != nil {
			return nil, fmt.Errorf("%s is not float32: %w", name, err)
		}
		return &value{variable: name, shape: shape, stored: shape.Dimensions, flat: flat}, nil
	}
	return nil, fmt.Errorf("%s is neither the images nor a variable", name)
}

// Constant implements compute.Function.
func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	values, ok := flat.([]float32)
	if !ok {
		return nil, fmt.Errorf("a constant of type %T: only float32 is exported", flat)
	}
	return &value{shape: shapes.Make(dtypes.Float32, dims...), stored: dims, flat: values}, nil
}

// node adds a node and returns its output, which has the given shape and depends on the images.
func (t *tracer) node(op string, shape shapes.Shape, inputs []string, attributes ...*protos.AttributeProto) *value {
	name := t.unique(t.layer + "/" + op)
	t.nodes = append(t.nodes, &protos.NodeProto{OpType: op, Name: name, Input: inputs, Output: []string{name}, Attribute: attributes})
	return &value{name: name, shape: shape, ofImages: true}
}

// unique returns name, with a number behind it if it was given before.
func (t *tracer) unique(name string) string {
	t.names[name]++
	if n := t.names[name]; n > 1 {
		return fmt.Sprintf("%s_%d", name, n)
	}
	return name
}

// binary infers the shape of an elementwise operation and adds its node.
func (f *function) binary(opType compute.OpType, op string, lhs, rhs compute.Value) (*value, error) {
	l, r := lhs.(*value), rhs.(*value)
	shape, err := shapeinference.BinaryOp(opType, l.shape, r.shape)
	if err != nil {
		return nil, err
	}
	if !l.ofImages && !r.ofImages {
		return nil, fmt.Errorf("the operation %s on two constants is not exported", opType)
	}
	inputs := []string{f.operand(l, shape.Rank()), f.operand(r, shape.Rank())}
	return f.node(op, shape, inputs), nil
}

// unary adds the node of an operation on each value.
func (f *function) unary(op string, x compute.Value) (compute.Value, error) {
	v := x.(*value)
	if !v.ofImages {
		return nil, fmt.Errorf("the operation %s on a constant is not exported", op)
	}
	return f.node(op, v.shape, []string{v.name}), nil
}
