// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/skipnets/skipnets/internal/whole"
	"google.golang.org/protobuf/proto"
)

// The versions of ONNX that the file is written for: IR 8 is of 2021, opset 17 of 2022, and runtimes since read them.
const (
	irVersion = 8
	opset     = 17
)

// ONNX writes the network to a file: input "images", float32 [batch, channels, height, width] with pixel values from 0 to
// 255, for any batch; output "logits", float32 [batch, classes]. The normalisation is part of the graph.
func ONNX(path string, n Network) error {
	m, err := n.onnx()
	if err != nil {
		return err
	}
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return fmt.Errorf("export %s: %w", n.Name, err)
	}
	if err := whole.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("export %s: %w", n.Name, err)
	}
	return nil
}

func (n Network) onnx() (*protos.ModelProto, error) {
	t, err := n.trace()
	if err != nil {
		return nil, err
	}
	metadata, err := n.metadata()
	if err != nil {
		return nil, err
	}
	t.prune()
	if len(t.nodes) == 0 {
		return nil, fmt.Errorf("export %s: the network's answer does not depend on the images", n.Name)
	}
	t.nodes[len(t.nodes)-1].Output[0] = "logits"
	m := &protos.ModelProto{
		IrVersion: irVersion, ProducerName: "skipnets", Domain: "github.com/skipnets/skipnets",
		OpsetImport: []*protos.OperatorSetIdProto{{Version: opset}},
		Graph: &protos.GraphProto{
			Name: n.Name, Node: t.nodes, Initializer: t.constants,
			Input:  []*protos.ValueInfoProto{info(imagesName, n.Channels, n.Height, n.Width)},
			Output: []*protos.ValueInfoProto{info("logits", len(n.Classes))},
		},
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		m.MetadataProps = append(m.MetadataProps, &protos.StringStringEntryProto{Key: key, Value: metadata[key]})
	}
	return m, nil
}

// prune removes the nodes and constants that the output does not need.
func (t *tracer) prune() {
	needed := map[string]bool{t.output.name: true}
	for _, node := range slices.Backward(t.nodes) {
		if needed[node.Output[0]] {
			for _, input := range node.Input {
				needed[input] = true
			}
		}
	}
	t.nodes = slices.DeleteFunc(t.nodes, func(n *protos.NodeProto) bool { return !needed[n.Output[0]] })
	t.constants = slices.DeleteFunc(t.constants, func(c *protos.TensorProto) bool { return !needed[c.Name] })
}

// info describes an input or output: float32 [batch, dims…].
func info(name string, dims ...int) *protos.ValueInfoProto {
	shape := []*protos.TensorShapeProto_Dimension{{Value: &protos.TensorShapeProto_Dimension_DimParam{DimParam: "batch"}}}
	for _, d := range dims {
		shape = append(shape, &protos.TensorShapeProto_Dimension{Value: &protos.TensorShapeProto_Dimension_DimValue{DimValue: int64(d)}})
	}
	tensor := &protos.TypeProto_Tensor{ElemType: int32(protos.TensorProto_FLOAT), Shape: &protos.TensorShapeProto{Dim: shape}}
	return &protos.ValueInfoProto{Name: name, Type: &protos.TypeProto{Value: &protos.TypeProto_TensorType{TensorType: tensor}}}
}

func ints(name string, list []int) *protos.AttributeProto {
	a := &protos.AttributeProto{Name: name, Type: protos.AttributeProto_INTS}
	for _, x := range list {
		a.Ints = append(a.Ints, int64(x))
	}
	return a
}

func integer(name string, x int) *protos.AttributeProto {
	return &protos.AttributeProto{Name: name, Type: protos.AttributeProto_INT, I: int64(x)}
}

func float(name string, x float32) *protos.AttributeProto {
	return &protos.AttributeProto{Name: name, Type: protos.AttributeProto_FLOAT, F: x}
}
