// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// runONNX computes the logits of a decoded ONNX file, by the definitions of its operators at opset 17. images are float32,
// channels first. It knows the operators that the exporter writes, and panics at another.
func runONNX(m *protos.ModelProto, images *tensors.Tensor) ([][]float32, error) {
	exec, err := graph.NewExec(goBackend(), func(x *graph.Node) *graph.Node {
		r := runner{values: map[string]*graph.Node{m.Graph.Input[0].Name: x}, lists: map[string][]int{}}
		for _, c := range m.Graph.Initializer {
			r.constant(x.Graph(), c)
		}
		for _, n := range m.Graph.Node {
			r.values[n.Output[0]] = r.node(n)
		}
		return r.values[m.Graph.Output[0].Name]
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	out, err := exec.Call(images)
	if err != nil {
		return nil, err
	}
	return out[0].Value().([][]float32), nil
}

type runner struct {
	values map[string]*graph.Node
	lists  map[string][]int // constants of integers
}

func (r runner) constant(g *graph.Graph, c *protos.TensorProto) {
	dims := make([]int, len(c.Dims))
	for i, d := range c.Dims {
		dims[i] = int(d)
	}
	if c.DataType == int32(protos.TensorProto_INT64) {
		for i := 0; i < len(c.RawData); i += 8 {
			r.lists[c.Name] = append(r.lists[c.Name], int(binary.LittleEndian.Uint64(c.RawData[i:])))
		}
		return
	}
	flat := make([]float32, len(c.RawData)/4)
	for i := range flat {
		flat[i] = math.Float32frombits(binary.LittleEndian.Uint32(c.RawData[4*i:]))
	}
	r.values[c.Name] = graph.ConstTensor(g, tensors.FromFlatDataAndDimensions(flat, dims...))
}

func (r runner) node(n *protos.NodeProto) *graph.Node {
	x := r.values[n.Input[0]]
	in := func(i int) *graph.Node { return r.values[n.Input[i]] }
	list := func(i int) []int { return r.lists[n.Input[i]] }
	attribute := func(name string) []int {
		for _, a := range n.Attribute {
			if a.Name == name {
				out := make([]int, len(a.Ints))
				for i, v := range a.Ints {
					out[i] = int(v)
				}
				return append(out, int(a.I))[:max(len(a.Ints), 1)]
			}
		}
		panic("no attribute " + name + " of " + n.OpType)
	}
	switch n.OpType {
	case "Add":
		return graph.Add(broadcast(x, in(1)))
	case "Sub":
		return graph.Sub(broadcast(x, in(1)))
	case "Mul":
		return graph.Mul(broadcast(x, in(1)))
	case "Div":
		return graph.Div(broadcast(x, in(1)))
	case "Relu":
		return activation.Relu(x)
	case "Sigmoid":
		return graph.Sigmoid(x)
	case "MatMul":
		return graph.Dot(x, in(1)).Product()
	case "Concat":
		operands := []*graph.Node{x}
		for i := range n.Input[1:] {
			operands = append(operands, in(i+1))
		}
		return graph.Concatenate(operands, attribute("axis")[0])
	case "Conv":
		if attribute("group")[0] != 1 || attribute("dilations")[0] != 1 {
			panic("a grouped or dilated convolution")
		}
		p := attribute("pads")
		kernel := graph.TransposeAllAxes(in(1), 2, 3, 1, 0)
		y := graph.Convolve(graph.TransposeAllAxes(x, 0, 2, 3, 1), kernel).StridePerAxis(attribute("strides")...).
			PaddingPerDim([][2]int{{p[0], p[2]}, {p[1], p[3]}}).Done()
		return graph.TransposeAllAxes(y, 0, 3, 1, 2)
	case "BatchNormalization":
		var epsilon float64
		for _, a := range n.Attribute {
			epsilon = float64(a.F)
		}
		channel := func(i int) *graph.Node { return graph.Reshape(in(i), append([]int{1, -1}, ones(x.Rank()-2)...)...) }
		normal := graph.Div(graph.Sub(x, channel(3)), graph.Sqrt(graph.AddScalar(channel(4), epsilon)))
		return graph.Add(graph.Mul(normal, channel(1)), channel(2))
	case "MaxPool", "AveragePool":
		d, w := x.Shape().Dimensions, attribute("kernel_shape")
		x = graph.Reshape(x, d[0], d[1], d[2]/w[0], w[0], d[3]/w[1], w[1])
		if n.OpType == "MaxPool" {
			return graph.ReduceMax(x, 3, 5)
		}
		return graph.ReduceMean(x, 3, 5)
	case "ReduceMean":
		return graph.ReduceMean(x, attribute("axes")...)
	case "ReduceMax":
		return graph.ReduceMax(x, attribute("axes")...)
	case "ReduceSum":
		return graph.ReduceSum(x, list(1)...)
	case "Transpose":
		return graph.TransposeAllAxes(x, attribute("perm")...)
	case "Reshape":
		dims := list(1)
		for i, d := range dims {
			if d == 0 {
				dims[i] = x.Shape().Dim(i)
			}
		}
		return graph.Reshape(x, dims...)
	case "Expand":
		dims := list(1)
		for i := range dims {
			dims[i] = max(dims[i], x.Shape().Dim(i))
		}
		return graph.BroadcastToDims(x, dims...)
	case "Pad":
		var axes []graph.PadAxis
		for i := range x.Rank() {
			axes = append(axes, graph.PadAxis{Start: list(1)[i], End: list(1)[x.Rank()+i]})
		}
		return graph.Pad(x, in(2), axes...)
	case "Slice":
		spec := make([]graph.SliceAxisSpec, x.Rank())
		for i := range spec {
			spec[i] = graph.AxisRange()
		}
		for i, axis := range list(3) {
			spec[axis] = graph.AxisRange(list(1)[i], list(2)[i]).Stride(list(4)[i])
		}
		return graph.Slice(x, spec...)
	}
	panic(fmt.Sprintf("no operator %s here", n.OpType))
}

// broadcast adds axes in front until both have as many, as ONNX does.
func broadcast(x, y *graph.Node) (*graph.Node, *graph.Node) {
	rank := max(x.Rank(), y.Rank())
	grow := func(n *graph.Node) *graph.Node {
		return graph.Reshape(n, append(ones(rank-n.Rank()), n.Shape().Dimensions...)...)
	}
	return grow(x), grow(y)
}

func ones(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
