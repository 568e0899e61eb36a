// SPDX-License-Identifier: Apache-2.0

package blocks_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
)

// A block with its arguments but scope and x bound.
type block func(scope *model.Scope, x *Node) *Node

func plain(channels, stride int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.Plain(scope, x, channels, stride) }
}

func residual(channels, stride int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.Residual(scope, x, channels, stride) }
}

func preActivation(channels, stride int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.PreActivation(scope, x, channels, stride) }
}

func bottleneck(channels, stride int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.Bottleneck(scope, x, channels, stride) }
}

func highway(channels, stride int, gateBias float64) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.Highway(scope, x, channels, stride, gateBias) }
}

func denseLayer(growthRate int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.DenseLayer(scope, x, growthRate) }
}

func denseLayerBottleneck(growthRate int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.DenseLayerBottleneck(scope, x, growthRate) }
}

func denseBlock(layers, growthRate int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.DenseBlock(scope, x, layers, growthRate) }
}

func denseBlockBottleneck(layers, growthRate int) block {
	return func(scope *model.Scope, x *Node) *Node {
		return blocks.DenseBlockBottleneck(scope, x, layers, growthRate)
	}
}

func transition(channels int) block {
	return func(scope *model.Scope, x *Node) *Node { return blocks.Transition(scope, x, channels) }
}

func TestShapesAndParameterCounts(t *testing.T) {
	const in, c, k = 6, 8, 4
	for name, test := range map[string]struct {
		in     int
		block  block
		output []int // of an input [2, 8, 8, in]
		params int   // the formula in the block's comment
	}{
		"plain":                  {in, plain(c, 1), []int{2, 8, 8, c}, 9*in*c + 9*c*c + 4*c},
		"plain narrowing":        {in, plain(2, 2), []int{2, 4, 4, 2}, 9*in*2 + 9*2*2 + 4*2},
		"residual":               {in, residual(c, 2), []int{2, 4, 4, c}, 9*in*c + 9*c*c + 4*c},
		"residual stride 3":      {in, residual(in, 3), []int{2, 3, 3, in}, 9*in*in + 9*in*in + 4*in},
		"pre-activation":         {in, preActivation(c, 2), []int{2, 4, 4, c}, 9*in*c + 9*c*c + 2*in + 2*c},
		"bottleneck":             {in, bottleneck(c, 2), []int{2, 4, 4, 4 * c}, in*c + 9*c*c + 4*c*c + 12*c + (in+2)*4*c},
		"highway":                {in, highway(c, 2, -1), []int{2, 4, 4, c}, 18*in*c + 9*c*c + 5*c},
		"dense layer":            {in, denseLayer(k), []int{2, 8, 8, in + k}, 9*in*k + 2*in},
		"dense bottleneck":       {in, denseLayerBottleneck(k), []int{2, 8, 8, in + k}, 4*in*k + 2*in + 36*k*k + 8*k},
		"dense block":            {in, denseBlock(3, k), []int{2, 8, 8, in + 3*k}, 9*(3*in+3*k)*k + 2*(3*in+3*k)},
		"dense block, empty":     {in, denseBlock(0, k), []int{2, 8, 8, in}, 0},
		"dense block, narrow":    {in, denseBlockBottleneck(2, k), []int{2, 8, 8, in + 2*k}, (4*k+2)*(2*in+k) + 2*(36*k*k+8*k)},
		"transition":             {in, transition(c), []int{2, 4, 4, c}, in*c + 2*in},
		"bottleneck, wider":      {in, bottleneck(2, 1), []int{2, 8, 8, 8}, in*2 + 9*4 + 4*4 + 12*2 + (in+2)*8},
		"bottleneck, same shape": {8, bottleneck(2, 1), []int{2, 8, 8, 8}, 8*2 + 9*4 + 4*4 + 12*2},
	} {
		t.Run(name, func(t *testing.T) {
			store, g := buildOnly(t)
			y := test.block(store.RootScope(), Parameter(g, "x", shapes.Make(dtypes.Float32, 2, 8, 8, test.in)))
			if got := y.Shape().Dimensions; !slices.Equal(got, test.output) {
				t.Errorf("output %v, want %v", got, test.output)
			}
			params := 0
			for v := range store.IterVariables() {
				if v.Trainable {
					params += v.Shape().Size()
				}
			}
			if params != test.params {
				t.Errorf("%d parameters, want %d", params, test.params)
			}
		})
	}
}

// The statistics of a block that works in bfloat16 are float32, its output bfloat16.
func TestStatisticsStayFloat32(t *testing.T) {
	for name, block := range map[string]block{
		"plain": plain(4, 1), "residual": residual(4, 2), "pre-activation": preActivation(4, 1),
		"bottleneck": bottleneck(4, 2), "highway": highway(4, 2, -1),
		"dense block": denseBlock(2, 4), "dense block, narrow": denseBlockBottleneck(2, 4), "transition": transition(4),
	} {
		store, g := buildOnly(t)
		x := Parameter(g, "x", shapes.Make(dtypes.BFloat16, 2, 4, 4, 4))
		if y := block(store.RootScope(), x); y.DType() != dtypes.BFloat16 {
			t.Errorf("%s: output is %s", name, y.DType())
		}
		for v := range store.IterVariables() {
			if strings.Contains(v.Path(), norm.BatchNormalizationScopeName) && v.DType() != dtypes.Float32 {
				t.Errorf("%s: %s is %s", name, v.Path(), v.DType())
			}
		}
	}
}

func TestBadShapesPanic(t *testing.T) {
	image, wide, thin, flat := []int{2, 4, 4, 3}, []int{2, 4, 4, 9}, []int{2, 4, 1, 3}, []int{2, 48}
	for name, test := range map[string]struct {
		block block
		x     []int
	}{
		"plain, flat":               {plain(4, 1), flat},
		"plain, no channels":        {plain(0, 1), image},
		"plain, no stride":          {plain(4, 0), image},
		"residual, flat":            {residual(4, 1), flat},
		"residual, narrowing":       {residual(4, 1), wide},
		"residual, no stride":       {residual(4, 0), image},
		"pre-activation, flat":      {preActivation(4, 1), flat},
		"pre-activation, narrowing": {preActivation(4, 1), wide},
		"bottleneck, flat":          {bottleneck(4, 1), flat},
		"bottleneck, no channels":   {bottleneck(0, 1), image},
		"highway, flat":             {highway(4, 1, -1), flat},
		"highway, narrowing":        {highway(4, 1, -1), wide},
		"highway, no stride":        {highway(4, 0, -1), image},
		"dense layer, flat":         {denseLayer(4), flat},
		"dense layer, no growth":    {denseLayer(0), image},
		"dense bottleneck, flat":    {denseLayerBottleneck(4), flat},
		"dense block, no growth":    {denseBlock(1, 0), image},
		"transition, flat":          {transition(4), flat},
		"transition, a pixel wide":  {transition(4), thin},
		"transition, no channels":   {transition(0), image},
	} {
		t.Run(name, func(t *testing.T) {
			store, g := buildOnly(t)
			x := Parameter(g, "x", shapes.Make(dtypes.Float32, test.x...))
			err := exceptions.TryCatch[error](func() { test.block(store.RootScope(), x) })
			if err == nil {
				t.Fatal("no panic")
			}
			// The message names the shape; for a layer inside a block that of what the layer was given.
			if !strings.Contains(err.Error(), "blocks") || !strings.Contains(err.Error(), "Float32)[2, ") {
				t.Errorf("panic does not name the block and the shape: %v", err)
			}
		})
	}
}

// What each merge leaves of x when its branch or its gate is shut, bit for bit.
func TestIdentities(t *testing.T) {
	x := input(2, 4, 4, 3)
	positive := tensors.FromFlatDataAndDimensions(apply(values(x), math.Abs), 2, 4, 4, 3)
	shut := map[string]float32{"/gate/biases": -1e4}
	for name, test := range map[string]struct {
		block block
		set   map[string]float32
		x     *tensors.Tensor
		want  func(x []float32) []float32
	}{
		"closed gate returns x":            {highway(3, 1, -1), shut, x, same},
		"closed gate carries the shortcut": {highway(5, 2, -1), shut, x, optionA},
		"zeroed pre-activation returns x":  {preActivation(3, 1), map[string]float32{"/conv2/weights": 0}, x, same},
		"zeroed pre-activation, new shape": {preActivation(5, 2), map[string]float32{"/conv2/weights": 0}, x, optionA},
		"zeroed residual returns x":        {residual(3, 1), zeroNorm("/norm2"), positive, same},
		"zeroed residual cuts below zero":  {residual(3, 1), zeroNorm("/norm2"), x, relu},
		"zeroed residual, new shape":       {residual(5, 2), zeroNorm("/norm2"), positive, optionA},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, test.block, test.x)
			for path, value := range test.set {
				r.set(path, constant(value))
			}
			if got, want := values(r.forward(true)), test.want(values(test.x)); !slices.Equal(got, want) {
				t.Errorf("got %v\nwant %v", got, want)
			}
		})
	}
}

// With no projection in the way, a bottleneck whose branch is zero is ReLU.
func TestZeroedBottleneckReturnsShortcut(t *testing.T) {
	x := input(2, 4, 4, 8)
	r := newRun(t, bottleneck(2, 1), x)
	for path, value := range zeroNorm("/norm3") {
		r.set(path, constant(value))
	}
	if got, want := values(r.forward(true)), relu(values(x)); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// An open gate leaves the plain block, whose variables have the same names.
func TestOpenGateIsPlain(t *testing.T) {
	r := newRun(t, highway(3, 1, -1), input(2, 4, 4, 3))
	r.set("/gate/biases", constant(1e4))
	got := values(r.forward(true))
	r = &run{t, r.backend, r.store, plain(3, 1), r.x, map[bool]*model.Exec{}}
	if want := values(r.forward(true)); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// Convolutions start He-normal, norms as identities, gates at their bias.
func TestInitialValues(t *testing.T) {
	store, g := buildOnly(t)
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	x := Parameter(g, "x", shapes.Make(dtypes.Float32, 2, 4, 4, 32))
	for name, block := range map[string]block{
		"plain": plain(32, 1), "residual": residual(32, 1), "preact": preActivation(32, 1), "bottleneck": bottleneck(32, 1),
		"highway": highway(32, 1, -2.5), "dense": denseBlock(2, 32), "narrow": denseBlockBottleneck(1, 32), "transition": transition(32),
	} {
		block(store.RootScope().In("%s", name), x)
	}
	if err := store.InitializeVariables(openBackend(), nil); err != nil {
		t.Fatal(err)
	}
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		got := values(v.MustValue())
		mean, std := moments(got)
		dims := v.Shape().Dimensions
		switch {
		case len(dims) == 4:
			want := math.Sqrt(2 / float64(dims[0]*dims[1]*dims[2]))
			if !(math.Abs(mean) < 0.1*want && math.Abs(std/want-1) < 0.1) {
				t.Errorf("%s %v has mean %.3g and standard deviation %.3g, want 0 and %.3g", v.Path(), dims, mean, std, want)
			}
		case !(std == 0 && mean == map[string]float64{"scale": 1, "offset": 0, "biases": -2.5}[v.Name()]):
			t.Errorf("%s starts at %v", v.Path(), got)
		}
	}
}

// moments returns the mean and the standard deviation of x.
func moments(x []float32) (mean, std float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		std += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}

func TestFirstChannelsOfDenseAreInput(t *testing.T) {
	x := input(2, 4, 4, 3)
	for name, block := range map[string]block{
		"layer": denseLayer(2), "bottleneck layer": denseLayerBottleneck(2),
		"block": denseBlock(3, 2), "bottleneck block": denseBlockBottleneck(3, 2),
	} {
		y := newRun(t, block, x).forward(true)
		channels := y.Shape().Dim(3)
		var got []float32
		for i, v := range values(y) {
			if i%channels < 3 {
				got = append(got, v)
			}
		}
		if !slices.Equal(got, values(x)) {
			t.Errorf("%s: first channels are %v\nwant %v", name, got, values(x))
		}
	}
}

// The gradient of batch norm through the statistics of the batch: ΣBN(x) does not depend on x, and that of any other sum
// agrees with finite differences.
func TestBatchNormGradient(t *testing.T) {
	x := input(3, 2, 2, 2)
	bn := func(scope *model.Scope, x *Node) *Node {
		return norm.BatchNorm(scope, x, -1).Momentum(0.9).Epsilon(1e-5).Done()
	}
	r := newRun(t, bn, x)
	r.set("/batch_normalization/scale", func(i int) float32 { return 1.5 - float32(i) })
	_, gradients := r.gradients(constant(1))
	for i, g := range values(gradients[0]) {
		if !(math.Abs(float64(g)) < 1e-5) {
			t.Errorf("∂ΣBN(x)/∂x[%d] = %g, want 0", i, g)
		}
	}

	weight := func(i int) float32 { return formula(i, 5) }
	_, gradients = r.gradients(weight)
	loss := func(data []float32) float64 {
		r.x = tensors.FromFlatDataAndDimensions(data, x.Shape().Dimensions...)
		var sum float64
		for i, y := range values(r.forward(true)) {
			sum += float64(y) * float64(weight(i))
		}
		return sum
	}
	const h = 1e-2
	for i, got := range values(gradients[0]) {
		up, down := values(x), values(x)
		up[i] += h
		down[i] -= h
		want := (loss(up) - loss(down)) / (2 * h)
		if !(math.Abs(float64(got)-want) < 5e-3) {
			t.Errorf("∂L/∂x[%d] = %g, finite differences say %g", i, got, want)
		}
	}
}

// run is a block with a store of variables and an input.
type run struct {
	t       *testing.T
	backend compute.Backend
	store   *model.Store
	block   block
	x       *tensors.Tensor
	execs   map[bool]*model.Exec // compiled forward passes, by training
}

// newRun creates the block's variables and gives the trained ones the values of variableFormula.
func newRun(t *testing.T, block block, x *tensors.Tensor) *run {
	t.Helper()
	store, g := buildOnly(t)
	block(store.RootScope(), Parameter(g, "x", x.Shape()))
	r := &run{t, openBackend(), store, block, x, map[bool]*model.Exec{}}
	for v := range store.IterVariables() {
		switch {
		case v.Trainable:
			r.set(v.Path(), variableFormula(v.Path()))
		case v.Name() == "variance":
			r.set(v.Path(), constant(1))
		default:
			r.set(v.Path(), constant(0))
		}
	}
	return r
}

// forward returns the block's output.
func (r *run) forward(training bool) *tensors.Tensor {
	r.t.Helper()
	exec := r.execs[training]
	if exec == nil {
		var err error
		exec, err = model.NewExec(r.backend, r.store, func(scope *model.Scope, x *Node) *Node {
			r.store.SetTraining(x.Graph(), training)
			return r.block(scope, x)
		})
		if err != nil {
			r.t.Fatal(err)
		}
		r.execs[training] = exec
	}
	y, err := exec.Call1(r.x)
	if err != nil {
		r.t.Fatal(err)
	}
	return y
}

// gradients returns the block's output y in training, and those of Σᵢ weight(i)·yᵢ for x and the trained variables in the
// order of r.names.
func (r *run) gradients(weight func(i int) float32) (y *tensors.Tensor, gradients []*tensors.Tensor) {
	r.t.Helper()
	outputs, err := model.CallOnceN(r.backend, r.store, func(scope *model.Scope, x *Node) []*Node {
		r.store.SetTraining(x.Graph(), true)
		y := r.block(scope, x)
		weights := make([]float32, y.Shape().Size())
		for i := range weights {
			weights[i] = weight(i)
		}
		loss := ReduceAllSum(Mul(y, ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(weights, y.Shape().Dimensions...))))
		wanted := []*Node{x}
		for _, name := range r.names() {
			wanted = append(wanted, r.store.GetVariable(name).NodeValue(x.Graph()))
		}
		return append([]*Node{y}, Gradient(loss, wanted...)...)
	}, r.x)
	if err != nil {
		r.t.Fatal(err)
	}
	return outputs[0], outputs[1:]
}

// names returns the paths of the trained variables, sorted.
func (r *run) names() []string {
	var names []string
	for v := range r.store.IterVariables() {
		if v.Trainable {
			names = append(names, v.Path())
		}
	}
	slices.Sort(names)
	return names
}

// set gives each value of a variable.
func (r *run) set(path string, value func(i int) float32) {
	r.t.Helper()
	v := r.store.GetVariable(path)
	if v == nil {
		r.t.Fatalf("no variable %s", path)
	}
	data := make([]float32, v.Shape().Size())
	for i := range data {
		data[i] = value(i)
	}
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(data, v.Shape().Dimensions...)); err != nil {
		r.t.Fatal(err)
	}
}

// openBackend is the backend of all tests: a tensor can be used with one only.
var openBackend = sync.OnceValue(func() compute.Backend { return accel.MustNew("") })

// buildOnly returns a store and a graph that is never compiled.
func buildOnly(t *testing.T) (*model.Store, *Graph) {
	t.Helper()
	g := NewGraph(openBackend(), t.Name())
	t.Cleanup(g.Finalize)
	return model.NewStore(), g
}

// formula makes test data out of nothing, the same here and in testdata/golden.py: values in [−1, 1) without a pattern.
func formula(i, salt int) float32 {
	return float32(float64((31*i*i+17*i+101*salt)%1009)/504.5 - 1)
}

// input is an x of the given shape.
func input(dims ...int) *tensors.Tensor {
	data := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
	for i := range data {
		data[i] = formula(i, 1)
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// values copies a float32 tensor's data.
func values(t *tensors.Tensor) []float32 { return tensors.MustCopyFlatData[float32](t) }

func constant(c float32) func(int) float32 { return func(int) float32 { return c } }

func apply(x []float32, f func(float64) float64) []float32 {
	y := make([]float32, len(x))
	for i := range x {
		y[i] = float32(f(float64(x[i])))
	}
	return y
}

func same(x []float32) []float32 { return x }

func relu(x []float32) []float32 { return apply(x, func(v float64) float64 { return max(v, 0) }) }

// optionA is the shortcut from [2, 4, 4, 3] to [2, 2, 2, 5]: every second pixel, two channels of zeros.
func optionA(x []float32) []float32 {
	var y []float32
	for b := range 2 {
		for i := 0; i < 4; i += 2 {
			for j := 0; j < 4; j += 2 {
				at := ((b*4+i)*4 + j) * 3
				y = append(append(y, x[at:at+3]...), 0, 0)
			}
		}
	}
	return y
}

// zeroNorm sets a norm's scale and offset to zero.
func zeroNorm(scope string) map[string]float32 {
	return map[string]float32{scope + "/batch_normalization/scale": 0, scope + "/batch_normalization/offset": 0}
}
