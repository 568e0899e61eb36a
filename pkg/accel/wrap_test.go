// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/images"
)

// testBackends are the pure-Go backend and the one that GOMLX_BACKEND names, undecorated.
func testBackends(t testing.TB) []compute.Backend {
	t.Helper()
	pureGo, err := New("go")
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	backends := []compute.Backend{Unwrap(pureGo)}
	if chosen.Name() != pureGo.Name() {
		backends = append(backends, Unwrap(chosen))
	}
	return backends
}

// A convCase is a convolution that the property test tries, forward and backward.
type convCase struct {
	batch, height, width, in, out int
	kernel                        [2]int
	strides, dilations            []int
	paddings                      [][2]int // nil: same
	groups                        int
	channelsFirst                 bool
}

// convCases draws cases at random, after some that are known to be hard.
func convCases(random *rand.Rand, n int) []convCase {
	cases := []convCase{
		{2, 8, 8, 3, 4, [2]int{1, 1}, []int{2, 2}, nil, nil, 1, false},                      // a projection: v's padding is negative
		{2, 9, 7, 3, 4, [2]int{1, 1}, []int{3, 2}, nil, [][2]int{{0, 0}, {0, 0}}, 1, false}, // the last rows are never read
		{2, 8, 8, 3, 4, [2]int{3, 3}, []int{2, 2}, nil, [][2]int{{0, 0}, {0, 0}}, 1, false}, // no padding
		{1, 5, 5, 1, 1, [2]int{5, 5}, nil, nil, [][2]int{{0, 0}, {0, 0}}, 1, false},         // one output position
		{1, 1, 1, 2, 3, [2]int{3, 3}, nil, nil, nil, 1, false},                              // mostly padding
		{2, 6, 6, 4, 6, [2]int{3, 3}, nil, nil, nil, 2, false},                              // groups
		{2, 8, 8, 2, 3, [2]int{3, 3}, nil, []int{2, 2}, nil, 1, false},                      // dilation
		{2, 6, 6, 3, 4, [2]int{3, 3}, []int{2, 2}, nil, nil, 1, true},                       // NCHW
		{2, 7, 6, 2, 3, [2]int{2, 4}, nil, nil, [][2]int{{0, 0}, {1, 3}}, 1, false},         // even, uneven
		{2, 6, 6, 6, 2, [2]int{3, 3}, nil, nil, nil, 1, false},                              // a narrow layer of a dense net
		{2, 8, 8, 3, 2, [2]int{1, 3}, []int{1, 2}, nil, [][2]int{{0, 0}, {1, 1}}, 1, false}, // a row kernel
	}
	for range n {
		k := []int{1, 3, 5}[random.IntN(3)]
		stride := 1 + random.IntN(3)
		c := convCase{
			batch: 1 + random.IntN(3), height: k + random.IntN(8), width: k + random.IntN(8), in: 1 + random.IntN(5), out: 1 + random.IntN(5),
			kernel: [2]int{k, k}, strides: []int{stride, 1 + random.IntN(2)}, groups: 1,
		}
		if random.IntN(2) == 0 {
			c.paddings = [][2]int{{random.IntN(k), random.IntN(k)}, {random.IntN(k), random.IntN(k)}}
		}
		cases = append(cases, c)
	}
	return cases
}

// inputs draws a case's image and kernel.
func (c convCase) inputs(random *rand.Rand) (x, kernel *tensors.Tensor) {
	if c.channelsFirst {
		return randomTensor(random, c.batch, c.in, c.height, c.width), randomTensor(random, c.out, c.in, c.kernel[0], c.kernel[1])
	}
	return randomTensor(random, c.batch, c.height, c.width, c.in), randomTensor(random, c.kernel[0], c.kernel[1], c.in/c.groups, c.out)
}

// graph is the convolution's output and the gradients of Σ output² to x and to the kernel.
func (c convCase) graph(x, kernel *Node, dtype dtypes.DType) []*Node {
	x, kernel = ConvertDType(x, dtype), ConvertDType(kernel, dtype)
	conv := Convolve(x, kernel).ChannelGroupCount(c.groups)
	if c.channelsFirst {
		conv = conv.ChannelsAxis(images.ChannelsFirst)
	}
	if c.strides != nil {
		conv = conv.StridePerAxis(c.strides...)
	}
	if c.dilations != nil {
		conv = conv.DilationPerAxis(c.dilations...)
	}
	if c.paddings == nil {
		conv = conv.PadSame()
	} else {
		conv = conv.PaddingPerDim(c.paddings)
	}
	y := conv.Done()
	outputs := append([]*Node{y}, Gradient(ReduceAllSum(Square(y)), x, kernel)...)
	for i, output := range outputs {
		outputs[i] = ConvertDType(output, dtypes.Float64)
	}
	return outputs
}

// runAll runs all cases in one computation, which compiles faster: three outputs for each case.
func runAll(backend compute.Backend, cases []convCase, dtype dtypes.DType) ([][]float64, error) {
	random := rand.New(rand.NewPCG(7, 7))
	var inputs []any
	for _, c := range cases {
		x, kernel := c.inputs(random)
		inputs = append(inputs, x, kernel)
	}
	outputs, err := CallOnceN(backend, func(inputs []*Node) []*Node {
		var outputs []*Node
		for i, c := range cases {
			outputs = append(outputs, c.graph(inputs[2*i], inputs[2*i+1], dtype)...)
		}
		return outputs
	}, inputs...)
	values := make([][]float64, len(outputs))
	for i, output := range outputs {
		values[i] = tensors.MustCopyFlatData[float64](output)
	}
	return values, err
}

func randomTensor(random *rand.Rand, dims ...int) *tensors.Tensor {
	size := 1
	for _, dim := range dims {
		size *= dim
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = bfloat16.FromFloat32(random.Float32()*2 - 1).Float32() // exact in every dtype tested
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// distance is the largest difference, relative to the largest wanted value; infinite if the sizes differ.
func distance(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	var difference, size float64
	for i := range want {
		difference = max(difference, math.Abs(got[i]-want[i]))
		size = max(size, math.Abs(want[i]))
	}
	if size == 0 {
		return difference
	}
	return difference / size
}

// TestConvolutions checks every rewrite of a convolution against the undecorated backend: all on the pure-Go backend,
// and on the chosen one those that it gets.
func TestConvolutions(t *testing.T) {
	drawn := 12
	if testing.Short() {
		drawn = 3
	}
	cases := convCases(rand.New(rand.NewPCG(1, 2)), drawn)
	type variant struct {
		name      string
		rewrites  rewrites
		dtype     dtypes.DType
		tolerance float64
	}
	variants := []variant{
		{"gradients", rewrites{forXLA: true}, dtypes.Float32, 1e-5},
		{"gradients, bfloat16 inside", rewrites{forXLA: true, convDType: dtypes.BFloat16}, dtypes.Float32, 2e-2},
		{"dots", rewrites{convAsDots: true}, dtypes.Float32, 1e-5},
		{"dots, bfloat16 inside", rewrites{convAsDots: true, convDType: dtypes.BFloat16}, dtypes.Float32, 2e-2},
		{"gradients in float64", rewrites{forXLA: true}, dtypes.Float64, 1e-13},
	}
	for i, raw := range testBackends(t) {
		if i > 0 { // XLA compiles for seconds
			variants = variants[:2]
		}
		want := map[dtypes.DType][][]float64{}
		for _, variant := range variants {
			t.Run(raw.Name()+"/"+variant.name, func(t *testing.T) {
				var err error
				if want[variant.dtype] == nil {
					if want[variant.dtype], err = runAll(raw, cases, variant.dtype); err != nil {
						t.Fatal(err)
					}
				}
				got, err := runAll(&backend{raw, variant.rewrites}, cases, variant.dtype)
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					if d := distance(got[i], want[variant.dtype][i]); !(d <= variant.tolerance) {
						t.Errorf("%+v: %s differs by %.1e, relative", cases[i/3], []string{"output", "gradient to x", "gradient to kernel"}[i%3], d)
					}
				}
			})
		}
	}
}

// The sum over parts of the batch is that over the whole.
func TestKernelGradientInPieces(t *testing.T) {
	defer func(before int) { maxCached = before }(maxCached)
	maxCached = 0
	var cases []convCase
	for _, batch := range []int{1, 6, 8} { // in 1, 2 and 8 pieces
		cases = append(cases, convCase{batch, 7, 6, 3, 4, [2]int{3, 3}, []int{2, 1}, nil, nil, 1, false})
	}
	raw := testBackends(t)[0]
	want, err := runAll(raw, cases, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	got, err := runAll(&backend{raw, rewrites{forXLA: true}}, cases, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if d := distance(got[i], want[i]); !(d <= 1e-5) {
			t.Errorf("batch %d: output %d differs by %.1e, relative", cases[i/3].batch, i%3, d)
		}
	}
}

// A recorder is a backend that counts the convolutions and dots that reach it.
type recorder struct {
	compute.Backend
	ops *[]string
}

type recorderBuilder struct {
	compute.Builder
	ops *[]string
}

type recorderFunction struct {
	compute.Function
	ops *[]string
}

func (r recorder) Builder(name string) compute.Builder {
	return recorderBuilder{r.Backend.Builder(name), r.ops}
}

func (r recorderBuilder) Main() compute.Function {
	return recorderFunction{r.Builder.Main(), r.ops}
}

func (r recorderFunction) ConvGeneral(input, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int, channelGroups, batchGroups int) (compute.Value, error) {
	shape, err := r.Shape(input)
	if err != nil {
		return nil, err
	}
	*r.ops = append(*r.ops, fmt.Sprintf("conv %s %d%d%d%d", shape.DType, axes.InputBatch, axes.InputChannels, axes.KernelInputChannels, axes.KernelOutputChannels))
	return r.Function.ConvGeneral(input, kernel, axes, strides, paddings, inputDilations, kernelDilations, channelGroups, batchGroups)
}

func (r recorderFunction) DotGeneral(x compute.Value, i, bi []int, y compute.Value, j, bj []int, config compute.DotGeneralConfig) (compute.Value, error) {
	*r.ops = append(*r.ops, "dot")
	return r.Function.DotGeneral(x, i, bi, y, j, bj, config)
}

// TestWhatReachesTheBackend makes sure that the rewrites happen where they should, and nowhere else.
func TestWhatReachesTheBackend(t *testing.T) {
	plain := convCase{2, 6, 6, 3, 4, [2]int{3, 3}, []int{2, 2}, nil, nil, 1, false}
	grouped := convCase{2, 6, 6, 4, 6, [2]int{3, 3}, nil, nil, nil, 2, false}
	pointwise := convCase{2, 6, 6, 4, 6, [2]int{1, 1}, nil, nil, nil, 1, false}
	canonical := "conv Float32 0323"
	for _, test := range []struct {
		name     string
		c        convCase
		rewrites rewrites
		want     []string
	}{
		{"undecorated", plain, rewrites{}, []string{canonical, "conv Float32 0332", "conv Float32 3003"}},
		{"gradients", plain, rewrites{forXLA: true}, []string{canonical, canonical, "conv Float32 0434"}},
		{"bfloat16", plain, rewrites{convDType: dtypes.BFloat16}, []string{"conv BFloat16 0323", "conv BFloat16 0332", "conv BFloat16 3003"}},
		{"dots", plain, rewrites{convAsDots: true}, []string{"dot", "dot", "dot"}},
		{"pointwise", pointwise, rewrites{forXLA: true}, []string{"dot", "dot", "dot"}},
		{"grouped", grouped, rewrites{convAsDots: true}, nil},
	} {
		var got []string
		pureGo, err := New("go")
		if err != nil {
			t.Fatal(err)
		}
		decorated := &backend{recorder{Unwrap(pureGo), &got}, test.rewrites}
		if _, err := runAll(decorated, []convCase{test.c}, dtypes.Float32); err != nil {
			t.Fatal(err)
		}
		if test.want != nil && !slices.Equal(got, test.want) {
			t.Errorf("%s: the backend saw %v, want %v", test.name, got, test.want)
		}
		if test.c.groups > 1 && got[0] != canonical {
			t.Errorf("%s: the backend saw %v first, want %v untouched", test.name, got[0], canonical)
		}
	}
}
