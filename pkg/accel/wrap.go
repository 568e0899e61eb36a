// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// An Option changes what [Wrap] rewrites.
type Option func(*rewrites)

// WithConvDType computes convolutions and their gradients in dtype inside a float32 graph: both operands are converted,
// convolved, and the result converted back. Weights, statistics and activations stay float32, so no model needs to
// know. Only dtypes.BFloat16 and dtypes.Float16 make sense. It is meant for hardware that multiplies those faster.
func WithConvDType(dtype dtypes.DType) Option {
	return func(r *rewrites) { r.convDType = dtype }
}

// rewrites says which operations a decorated backend replaces.
type rewrites struct {
	convDType     dtypes.DType // what float32 convolutions are computed in; InvalidDType: as they are
	forXLA        bool         // convolutions, their gradients and BatchNorm in forms that XLA is fast at on a CPU
	convAsDots    bool         // convolutions and their gradients as matrix products alone
	addsBatchNorm bool         // the backend has no BatchNorm operations: compose them
	tuner         *Tuner       // chooses the forms of kernel gradients; nil: the usual ones
	raw           compute.Backend
}

// Wrap decorates a backend so that it builds some operations in a faster form, or in a form the backend supports at
// all. Whatever it does not know (groups, dilations, unusual layouts) passes through untouched, and so does everything
// that is fast already, as convolutions on CUDA are. The values are the same up to rounding.
//
// A backend that is decorated already is decorated anew, with these options alone. The result counts as another backend
// than b: a tensor that is on one has to be copied before the other can use it.
func Wrap(b compute.Backend, opts ...Option) compute.Backend {
	b = Unwrap(b)
	r := defaults(b)
	for _, opt := range opts {
		opt(&r)
	}
	r.raw = b // a tuner measures on it
	return &backend{b, r}
}

// Unwrap returns the backend inside a decorated one, or b itself.
func Unwrap(b compute.Backend) compute.Backend {
	if wrapped, ok := b.(*backend); ok {
		return wrapped.Backend
	}
	return b
}

// defaults chooses what is worth rewriting for a backend.
func defaults(b compute.Backend) rewrites {
	if isXLAOnCPU(b) {
		return rewrites{forXLA: true}
	}
	if !b.Capabilities().Operations[compute.OpTypeBatchNormForTraining] {
		return rewrites{convAsDots: true, addsBatchNorm: true}
	}
	return rewrites{}
}

// isXLAOnCPU asks the device, because the backend's own IsCPU guesses from the plugin's path (docs/upstream.md, "A plugin
// is judged by its path"). That it has such a method tells that it is XLA.
func isXLAOnCPU(b compute.Backend) bool {
	_, isXLA := b.(interface{ IsCPU() bool })
	return isXLA && strings.HasPrefix(strings.ToLower(b.DeviceDescription(0)), "cpu")
}

// The types below embed what they decorate, so that any method they do not mention passes through.

type backend struct {
	compute.Backend
	rewrites
}

func (b *backend) Builder(name string) compute.Builder {
	return &builder{Builder: b.Backend.Builder(name), backend: b}
}

// Capabilities adds the operations that the decorator composes.
func (b *backend) Capabilities() compute.Capabilities {
	capabilities := b.Backend.Capabilities()
	if b.addsBatchNorm {
		capabilities = capabilities.Clone()
		for _, op := range []compute.OpType{compute.OpTypeBatchNormForTraining, compute.OpTypeBatchNormForInference, compute.OpTypeBatchNormGradient} {
			capabilities.Operations[op] = true
		}
	}
	return capabilities
}

func (b *backend) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	return b.wrapBuffer(b.Backend.BufferFromFlatData(device, flat, shape))
}

func (b *backend) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	inner, flat, err := b.Backend.NewSharedBuffer(device, shape)
	wrapped, err := b.wrapBuffer(inner, err)
	return wrapped, flat, err
}

func (b *backend) wrapBuffer(inner compute.Buffer, err error) (compute.Buffer, error) {
	if err != nil {
		return nil, err
	}
	return &buffer{inner, b}, nil
}

// A buffer names the decorated backend as its own: GoMLX takes a tensor's backend from its buffer.
type buffer struct {
	compute.Buffer
	backend *backend
}

func (b *buffer) Backend() compute.Backend { return b.backend }

func (b *buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	return b.backend.wrapBuffer(b.Buffer.CopyToDevice(device))
}

type builder struct {
	compute.Builder
	backend *backend
	divided bool // among devices: XLA's own BatchNorm would copy the whole batch to each
}

func (b *builder) Main() compute.Function { return &function{Function: b.Builder.Main(), builder: b} }

// DistributedAutoSharding notes that what is built will be divided among devices.
func (b *builder) DistributedAutoSharding(meshes ...compute.Mesh) error {
	b.divided = true
	return b.Builder.DistributedAutoSharding(meshes...)
}

func (b *builder) NewFunction(name string) (compute.Function, error) {
	return b.wrapFunction(nil)(b.Builder.NewFunction(name))
}

func (b *builder) wrapFunction(parent *function) func(compute.Function, error) (compute.Function, error) {
	return func(inner compute.Function, err error) (compute.Function, error) {
		if err != nil {
			return nil, err
		}
		return &function{Function: inner, builder: b, parent: parent}, nil
	}
}

func (b *builder) Compile() (compute.Executable, error) {
	inner, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return &executable{inner, b.backend}, nil
}

type executable struct {
	compute.Executable
	backend *backend
}

func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	inner := make([]compute.Buffer, len(inputs))
	for i, input := range inputs {
		inner[i] = input
		if wrapped, ok := input.(*buffer); ok {
			inner[i] = wrapped.Buffer
		}
	}
	outputs, err := e.Executable.Execute(inner, donate, device)
	if err != nil {
		return nil, err
	}
	for i, output := range outputs {
		outputs[i] = &buffer{output, e.backend}
	}
	return outputs, nil
}

// A function is where operations are built: conv.go, convgrad.go, batchnorm.go and fold.go hold those it replaces.
type function struct {
	compute.Function
	builder *builder
	parent  *function
	convs   map[compute.Value]conv // what ConvGeneral was asked for, by its result
}

func (f *function) Builder() compute.Builder { return f.builder }

func (f *function) Parent() compute.Function {
	if f.parent == nil {
		return nil
	}
	return f.parent
}

func (f *function) Closure() (compute.Function, error) {
	return f.builder.wrapFunction(f)(f.Function.Closure())
}

// unwrap gives a backend its own function back.
func unwrap(f compute.Function) compute.Function {
	if wrapped, ok := f.(*function); ok {
		return wrapped.Function
	}
	return f
}

func (f *function) Call(target compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Call(unwrap(target), inputs...)
}

func (f *function) Sort(comparator compute.Function, axis int, isStable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.Function.Sort(unwrap(comparator), axis, isStable, inputs...)
}

func (f *function) While(cond, body compute.Function, initial ...compute.Value) ([]compute.Value, error) {
	return f.Function.While(unwrap(cond), unwrap(body), initial...)
}

func (f *function) If(pred compute.Value, onTrue, onFalse compute.Function) ([]compute.Value, error) {
	return f.Function.If(pred, unwrap(onTrue), unwrap(onFalse))
}
