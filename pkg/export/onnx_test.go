// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"google.golang.org/protobuf/proto"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// decoded writes the network and reads the file back.
func decoded(t *testing.T, n Network) *protos.ModelProto {
	t.Helper()
	path := filepath.Join(t.TempDir(), "net.onnx")
	if err := ONNX(path, n); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := &protos.ModelProto{}
	if err := proto.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// checkAnswers compares the logits of the file with those of the network itself, for two batch sizes.
func checkAnswers(t *testing.T, n Network) *protos.ModelProto {
	t.Helper()
	m := decoded(t, n)
	for _, count := range []int{1, 3} {
		bytes := pixels(count, n.Height, n.Width, n.Channels)
		want, err := recipe.Logits(goBackend(), n.Model, n.Store, tensors.FromFlatDataAndDimensions(bytes, count, n.Height, n.Width, n.Channels))
		if err != nil {
			t.Fatal(err)
		}
		floats := make([]float32, len(bytes))
		for i, b := range bytes {
			floats[i] = float32(b)
		}
		first := permute(floats, []int{count, n.Height, n.Width, n.Channels}, []int{0, 3, 1, 2})
		got, err := runONNX(m, tensors.FromFlatDataAndDimensions(first, count, n.Channels, n.Height, n.Width))
		if err != nil {
			t.Fatal(err)
		}
		spread := 0.0
		for i := range want {
			for c := range want[i] {
				if diff := math.Abs(float64(got[i][c] - want[i][c])); !(diff < 1e-4) {
					t.Fatalf("image %d of %d, class %d: logit %g in the file, %g in the network", i, count, c, got[i][c], want[i][c])
				}
				spread = max(spread, math.Abs(float64(want[i][c]-want[0][0])))
			}
		}
		if spread < 1e-2 {
			t.Errorf("the logits are nearly equal, so their comparison proves nothing: %v", want)
		}
	}
	return m
}

func TestONNXAnswers(t *testing.T) {
	for name, operators := range map[string]string{ // the operators that the file should come down to
		"half-plain-8":        "Add BatchNormalization Conv MatMul Mul ReduceMean Relu",
		"half-residual-8":     "Add BatchNormalization Conv MatMul Mul Pad ReduceMean Relu Slice",
		"half-highway-8":      "Add BatchNormalization Conv MatMul Mul Pad ReduceMean Relu Sigmoid Slice Sub",
		"half-dense-8":        "Add AveragePool BatchNormalization Concat Conv MatMul Mul ReduceMean Relu",
		"compact-plain-w4":    "Add BatchNormalization Conv MatMul MaxPool Mul ReduceMean Relu",
		"compact-residual-w4": "Add BatchNormalization Conv MatMul MaxPool Mul ReduceMean Relu",
		"compact-highway-w4":  "Add BatchNormalization Conv MatMul MaxPool Mul ReduceMean Relu Sigmoid Sub",
		"compact-dense-w4":    "Add BatchNormalization Concat Conv MatMul MaxPool Mul ReduceMean Relu",
		"wide-dense-w4":       "Add BatchNormalization Concat Conv MatMul MaxPool Mul ReduceMean Relu",
		"preact-8":            "Add BatchNormalization Conv MatMul Mul Pad ReduceMean Relu Slice",
		"bottleneck-11":       "Add BatchNormalization Conv MatMul Mul ReduceMean Relu",
		"densenet-10-k4":      "Add AveragePool BatchNormalization Concat Conv MatMul Mul ReduceMean Relu",
		"densenet-bc-16-k4":   "Add AveragePool BatchNormalization Concat Conv MatMul Mul ReduceMean Relu",
	} {
		t.Run(name, func(t *testing.T) {
			m := checkAnswers(t, named(t, name))
			for _, node := range m.Graph.Node {
				if !slices.Contains(strings.Fields(operators), node.OpType) {
					t.Errorf("%s is an operator %s", node.Name, node.OpType)
				}
			}
		})
	}
}

// Pictures whose sides cannot be halved evenly: a pooling leaves a row out or averages fewer, and a convolution is padded differently.
func TestONNXOfOddSizes(t *testing.T) {
	for _, name := range []string{"half-plain-8", "half-residual-8", "half-highway-8", "half-dense-8", "dense-8", "compact-dense-w4", "wide-plain-w4",
		"preact-8", "bottleneck-11", "densenet-10-k4", "densenet-bc-16-k4"} {
		t.Run(name, func(t *testing.T) {
			n := named(t, name)
			n.Height, n.Width = 17, 22
			checkAnswers(t, n)
		})
	}
}

// A block that this package has never seen: squeeze-and-excitation, a SiLU, grey pictures that are not square.
func TestONNXOfAnotherBlock(t *testing.T) {
	moments := images.Moments{Mean: []float64{0.4}, Std: []float64{0.3}}
	net := func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = layers.Convolution(scope.In("conv"), x).CurrentScope().Channels(6).KernelSize(3).Strides(2).PadSame().Done() // [batch, 4, 6, 6]
		x = graph.Mul(x, graph.Sigmoid(x))
		squeezed := graph.ReduceMean(x, 1, 2) // [batch, 6]
		gate := graph.Sigmoid(layers.Dense(scope.In("gate"), squeezed, true, 6))
		x = graph.Mul(x, graph.Reshape(gate, -1, 1, 1, 6))
		x = graph.TransposeAllAxes(x, 0, 2, 1, 3)                                              // [batch, 6, 4, 6]
		return layers.Dense(scope.In("head"), graph.Reshape(x, x.Shape().Dim(0), -1), true, 3) // the flattened map
	}
	checkAnswers(t, random(t, Network{Name: "own", Model: images.Normalized(net, moments), Format: images.Format{Height: 8, Width: 12, Channels: 1,
		Classes: []string{"x", "y", "z"}, Moments: moments}}))
}

func TestONNXFile(t *testing.T) {
	n := named(t, "compact-residual-w4")
	n.Notes = map[string]string{"seed": "7", "sha256": "of other values"}
	m := decoded(t, n)
	if m.IrVersion != 8 || len(m.OpsetImport) != 1 || m.OpsetImport[0].Version != 17 || m.OpsetImport[0].Domain != "" {
		t.Errorf("IR %d, opsets %v", m.IrVersion, m.OpsetImport)
	}
	for _, v := range []struct {
		got  []*protos.ValueInfoProto
		name string
		dims []int64
	}{{m.Graph.Input, "images", []int64{3, 32, 32}}, {m.Graph.Output, "logits", []int64{10}}} {
		tensor := v.got[0].Type.GetTensorType()
		dims := tensor.Shape.Dim
		if len(v.got) != 1 || v.got[0].Name != v.name || tensor.ElemType != int32(protos.TensorProto_FLOAT) || dims[0].GetDimParam() != "batch" {
			t.Errorf("want one float32 %s of any batch, got %v", v.name, v.got)
		}
		for i, d := range v.dims {
			if dims[i+1].GetDimValue() != d {
				t.Errorf("%s: axis %d is %d, want %d", v.name, i+1, dims[i+1].GetDimValue(), d)
			}
		}
	}
	notes := map[string]string{}
	for _, p := range m.MetadataProps {
		notes[p.Key] = p.Value
	}
	var classes []string
	if err := json.Unmarshal([]byte(notes["classes"]), &classes); err != nil || !slices.Equal(classes, n.Classes) {
		t.Errorf("classes are %s", notes["classes"])
	}
	if notes["network"] != n.Name || notes["mean"] != "[0.5,0.4,0.3]" || notes["std"] != "[0.2,0.25,0.3]" || notes["seed"] != "7" ||
		notes["sha256"] != "" || !strings.Contains(notes["input"], "0 to 255") {
		t.Errorf("metadata %v", notes)
	}
	defined := map[string]bool{"images": true}
	for _, c := range m.Graph.Initializer {
		defined[c.Name] = true
	}
	used := map[string]bool{"logits": true}
	for _, node := range m.Graph.Node {
		for _, input := range node.Input {
			used[input] = true
			if !defined[input] {
				t.Errorf("%s reads %s before it is there", node.Name, input)
			}
		}
		if defined[node.Output[0]] {
			t.Errorf("%s writes %s once more", node.Name, node.Output[0])
		}
		defined[node.Output[0]] = true
	}
	for name := range defined {
		if !used[name] {
			t.Errorf("nothing reads %s", name)
		}
	}
}

func TestErrors(t *testing.T) {
	n := named(t, "compact-plain-w4")
	file := filepath.Join(t.TempDir(), "best.safetensors")
	if err := recipe.SaveNetwork(file, n.Store, nil); err != nil {
		t.Fatal(err)
	}
	load := func() *model.Store {
		store, err := recipe.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return store
	}
	for _, write := range []func(string, Network) error{ONNX, Torch} {
		out := filepath.Join(t.TempDir(), "out")
		n.Store = load()
		if err := write(out, n); err != nil {
			t.Errorf("the right network: %v", err)
		}
		for _, other := range []string{"compact-highway-w4", "half-plain-8", "compact-plain-w8"} {
			wrong := named(t, other)
			wrong.Store = load()
			wantError(t, write(out, wrong), other, "another network")
		}
		n.Store = load()
		few := n
		few.Classes = few.Classes[:2]
		wantError(t, write(out, few), "2 classes")
		odd := n
		odd.Store = load()
		odd.Model = func(scope *model.Scope, images *graph.Node) *graph.Node { return graph.Sin(n.Model(scope, images)) }
		wantError(t, write(out, odd), "Sin", "operations.go")
	}
}
