// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// A Layer is a row of a Summary. Its sizes are for the whole batch.
type Layer struct {
	Name            string // path of its variables' scope
	Output          []int  // shape of what it hands on
	Params          int    // trained values
	MultiplyAdds    int64  // of its convolutions and matrix products, one forward pass
	ActivationBytes int64  // all values its operations compute in a forward pass, before any fusion
	HeldBytes       int64  // those among them that the backward pass reads again
}

// A Summary is the size of a net, layer by layer.
type Summary struct {
	Batch  int
	Layers []Layer
}

// Summarize measures net on images of the given shape, [batch, height, width, channels]: it builds the graph of a training
// step for the backend and counts its nodes. Nothing is executed. An operation belongs to the layer whose variables it reads,
// and if it reads none, to the layer before it.
func Summarize(backend compute.Backend, net Model, shape ...int) (Summary, error) {
	if len(shape) != 4 || slices.Min(shape) < 1 {
		return Summary{}, fmt.Errorf("nets: cannot summarize for images of shape %v: want [batch, height, width, channels], each at least 1", shape)
	}
	var summary Summary
	err := exceptions.TryCatch[error](func() {
		g := graph.NewGraph(backend, "summary")
		defer g.Finalize()
		summary = Summary{Batch: shape[0], Layers: measure(g, net, shape)}
	})
	if err != nil {
		return Summary{}, fmt.Errorf("nets: summary: %w", err)
	}
	return summary, nil
}

// measure builds net's training graph in g and returns its layers in the order of their first operation.
func measure(g *graph.Graph, net Model, shape []int) []Layer {
	store := model.NewStore()
	store.SetTraining(g, true)
	images := graph.Parameter(g, "images", shapes.Make(dtypes.Float32, shape...))
	logits := net(store.RootScope(), images)

	var params []*graph.Node
	owner := map[*graph.Node]string{} // the layer of a variable, and of what is made from variables alone
	size := map[string]int{}          // trained values by layer
	for v := range store.IterVariables() {
		if v.Trainable {
			node, name := v.NodeValue(g), layerName(v.Scope())
			params = append(params, node)
			owner[node] = name
			size[name] += v.Shape().Size()
		}
	}
	forward := reach(logits)
	held := readBy(reach(graph.Gradient(graph.ReduceAllSum(logits), params...)...), forward)

	var layers []Layer
	index := map[string]int{}                      // of a layer in layers
	variable := map[*graph.Node]bool{images: true} // whether a node depends on the images
	current := -1
	for _, node := range g.Nodes() {
		if !forward[node] || node == images {
			continue
		}
		var reads string // the layer whose variables node reads
		for _, input := range node.Inputs() {
			variable[node] = variable[node] || variable[input]
			if owner[input] != "" {
				reads = owner[input]
			}
		}
		if !variable[node] {
			if reads != "" {
				owner[node] = reads
			}
			continue
		}
		if reads != "" {
			if _, found := index[reads]; !found {
				index[reads] = len(layers)
				layers = append(layers, Layer{Name: reads, Params: size[reads]})
			}
			current = index[reads]
			layers[current].Output = outputShape(node).Dimensions
			layers[current].MultiplyAdds += multiplyAdds(node)
		} else if current >= 0 && node.Rank() == len(layers[current].Output) {
			layers[current].Output = node.Shape().Dimensions // a ReLU, a sum, a pool after it
		}
		if current >= 0 && node.NumOutputs() == 1 && node.Type() != graph.NodeTypeReshape {
			bytes := int64(node.Shape().ByteSize())
			layers[current].ActivationBytes += bytes
			if held[node] {
				layers[current].HeldBytes += bytes
			}
		}
	}
	return layers
}

// layerName is a variable's scope without the root and what GoMLX's own layers append.
func layerName(scope string) string {
	scope = strings.TrimPrefix(scope, "/")
	scope = strings.TrimSuffix(scope, "/batch_normalization")
	return strings.TrimSuffix(scope, "/dense")
}

// reach returns the nodes that outputs are computed from, themselves included.
func reach(outputs ...*graph.Node) map[*graph.Node]bool {
	seen := map[*graph.Node]bool{}
	for stack := outputs; len(stack) > 0; {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !seen[node] {
			seen[node] = true
			stack = append(stack, node.Inputs()...)
		}
	}
	return seen
}

// readBy returns the nodes of forward that others among readers have as inputs. A reshape holds the memory of its input.
func readBy(readers, forward map[*graph.Node]bool) map[*graph.Node]bool {
	read := map[*graph.Node]bool{}
	for reader := range readers {
		if forward[reader] {
			continue
		}
		for _, node := range reader.Inputs() {
			for node.Type() == graph.NodeTypeReshape {
				node = node.Inputs()[0]
			}
			if forward[node] {
				read[node] = true
			}
		}
	}
	return read
}

// outputShape is the shape of a node, and for a batch norm, which has several outputs, of the first: that of its input.
func outputShape(node *graph.Node) shapes.Shape {
	if node.NumOutputs() != 1 {
		return node.Inputs()[0].Shape()
	}
	return node.Shape()
}

// multiplyAdds counts those of a convolution or a matrix product whose second input is a weight with the output channels
// last: each output value takes one per weight of its channel.
func multiplyAdds(node *graph.Node) int64 {
	switch node.Type() {
	case graph.NodeTypeConvGeneral, graph.NodeTypeDotGeneral, graph.NodeTypeFusedDense:
		weight := node.Inputs()[1].Shape()
		return int64(node.Shape().Size()) * int64(weight.Size()/weight.Dim(-1))
	}
	return 0
}

// Total returns the sums over all layers.
func (s Summary) Total() Layer {
	total := Layer{Name: "total"}
	for _, layer := range s.Layers {
		total.add(layer)
		total.Output = layer.Output
	}
	return total
}

// Group returns the summary with layers merged whose names agree in the first levels elements: 1 gives stages, 2 blocks.
func (s Summary) Group(levels int) Summary {
	grouped := Summary{Batch: s.Batch}
	index := map[string]int{}
	for _, layer := range s.Layers {
		elements := strings.Split(layer.Name, "/")
		name := strings.Join(elements[:min(max(levels, 1), len(elements))], "/")
		i, found := index[name]
		if !found {
			i = len(grouped.Layers)
			index[name] = i
			grouped.Layers = append(grouped.Layers, Layer{Name: name})
		}
		grouped.Layers[i].add(layer)
		grouped.Layers[i].Output = layer.Output
	}
	return grouped
}

func (l *Layer) add(other Layer) {
	l.Params += other.Params
	l.MultiplyAdds += other.MultiplyAdds
	l.ActivationBytes += other.ActivationBytes
	l.HeldBytes += other.HeldBytes
}

// String is an aligned table of the layers and their total.
func (s Summary) String() string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range s.rows() {
		fmt.Fprintln(w, strings.Join(row, "\t")+"\t")
	}
	w.Flush()
	return out.String()
}

// Markdown is the same table for a notebook or a README.
func (s Summary) Markdown() string {
	var out strings.Builder
	for i, row := range s.rows() {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(&out, "| --- |%s\n", strings.Repeat(" ---: |", len(row)-1))
		}
	}
	return out.String()
}

// rows is the table: a heading, the layers, the total.
func (s Summary) rows() [][]string {
	rows := [][]string{{"layer", "output", "parameters", "multiply-adds", "activations", "held"}}
	for _, l := range append(s.Layers[:len(s.Layers):len(s.Layers)], s.Total()) {
		var dims []string
		for _, d := range l.Output {
			dims = append(dims, strconv.Itoa(d))
		}
		rows = append(rows, []string{l.Name, strings.Join(dims, "×"), thousands(l.Params),
			scaled(l.MultiplyAdds, 1000, "", "k", "M", "G", "T"),
			scaled(l.ActivationBytes, 1024, "B", "KiB", "MiB", "GiB", "TiB"), scaled(l.HeldBytes, 1024, "B", "KiB", "MiB", "GiB", "TiB")})
	}
	return rows
}

// thousands writes 269722 as 269,722.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// scaled writes n with three digits or so and one of the units, each base times the one before.
func scaled(n int64, base float64, units ...string) string {
	x, i := float64(n), 0
	for x >= 999.5 && i < len(units)-1 {
		x /= base
		i++
	}
	digits := 1
	if i == 0 || x >= 99.95 {
		digits = 0
	}
	return strings.TrimSpace(strconv.FormatFloat(x, 'f', digits, 64) + " " + units[i])
}
