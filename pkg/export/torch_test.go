// SPDX-License-Identifier: Apache-2.0

package export

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute-onnx/support/protos"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func TestTorchName(t *testing.T) {
	paths := map[string]bool{"/stem/weights": true, "/stem/batch_normalization/mean": true, "/gate/weights": true, "/norm1/batch_normalization/mean": true}
	for path, want := range map[string]string{
		"/stem/weights":                           "stem.conv.weight",
		"/stem/batch_normalization/scale":         "stem.norm.weight",
		"/stem/batch_normalization/offset":        "stem.norm.bias",
		"/norm1/batch_normalization/mean":         "norm1.running_mean",
		"/norm1/batch_normalization/variance":     "norm1.running_var",
		"/norm1/batch_normalization/avg_weight":   "",
		"/stage1/block2/conv1/weights":            "stage1.block2.conv1.weight",
		"/gate/biases":                            "gate.bias",
		"/head/dense/weights":                     "head.weight",
		"/" + model.RNGStateVariableName:          "",
		"/block1/layer1/narrow/conv/weights":      "block1.layer1.narrow.conv.weight",
		"/last_norm/batch_normalization/variance": "last_norm.running_var",
	} {
		if got := torchName(path, paths); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}

// A kernel [1, 2, 2, 3] that counts: value 6·column + 3·in + out, by hand with out and in first.
func TestKernelLayout(t *testing.T) {
	kernel := []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	byHand := []float32{0, 6, 3, 9 /* out 0 */, 1, 7, 4, 10 /* out 1 */, 2, 8, 5, 11 /* out 2 */}
	moments := images.Moments{Mean: []float64{0, 0}, Std: []float64{1, 1}}
	net := func(scope *model.Scope, x *graph.Node) *graph.Node {
		x = layers.Convolution(scope.In("conv"), x).CurrentScope().Channels(3).KernelSizePerAxis(1, 2).NoPadding().UseBias(false).Done()
		return graph.ReduceMax(x, 1, 2) // [batch, 3]
	}
	n := random(t, Network{Name: "one", Model: images.Normalized(net, moments), Format: images.Format{Height: 1, Width: 3, Channels: 2, Classes: []string{"a", "b", "c"}, Moments: moments}})
	if err := n.Store.GetVariable("/conv/weights").SetValue(tensors.FromFlatDataAndDimensions(kernel, 1, 2, 2, 3)); err != nil {
		t.Fatal(err)
	}

	m := decoded(t, n)
	r := m.Graph.Initializer[slices.IndexFunc(m.Graph.Initializer, func(c *protos.TensorProto) bool { return c.Name == "/conv/weights" })]
	if !slices.Equal(r.Dims, []int64{3, 2, 1, 2}) || !slices.Equal(r.RawData, floats("", nil, byHand).RawData) {
		t.Errorf("ONNX has the kernel as %v, %v", r.Dims, r.RawData)
	}
	values, err := n.torch()
	if err != nil {
		t.Fatal(err)
	}
	got := values["conv.weight"]
	if flat := tensors.MustCopyFlatData[float32](got); !slices.Equal(got.Shape().Dimensions, []int{3, 2, 1, 2}) || !slices.Equal(flat, byHand) {
		t.Errorf("PyTorch has the kernel as %s, %v", got.Shape(), flat)
	}

	// Pixels of 255 and 0, as the network normalises by 255: channel 0 is 1, 0, 0, channel 1 is 0, 1, 0. The two windows
	// of output o see w[o][0][0] + w[o][1][1] and w[o][1][0]: 9 and 3, 11 and 4, 13 and 5.
	logits, err := runONNX(m, tensors.FromFlatDataAndDimensions([]float32{255, 0, 0, 0, 255, 0}, 1, 2, 1, 3))
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []float32{0 + 9, 1 + 10, 2 + 11} {
		if diff := logits[0][c] - want; diff > 1e-5 || diff < -1e-5 {
			t.Errorf("logit %d is %g, by hand %g", c, logits[0][c], want)
		}
	}
}

func TestTorchFile(t *testing.T) {
	n := named(t, "half-highway-8")
	n.Notes = map[string]string{"seed": "7"}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := Torch(path, n); err != nil {
		t.Fatal(err)
	}
	store, notes, err := recipe.LoadWithNotes(path)
	if err != nil {
		t.Fatal(err)
	}
	if notes["format"] != "pt" || notes["network"] != n.Name || notes["seed"] != "7" || notes["classes"] == "" {
		t.Errorf("notes %v", notes)
	}
	for name, dims := range map[string][]int{
		"mean": {3}, "std": {3},
		"stem.conv.weight": {16, 3, 3, 3}, "stem.norm.running_var": {16},
		"stage2.block1.conv1.weight": {32, 16, 3, 3}, "stage2.block1.gate.weight": {32, 16, 3, 3}, "stage2.block1.gate.bias": {32},
		"stage3.block1.norm2.weight": {64}, "head.weight": {10, 64}, "head.bias": {10},
	} {
		value, found := store.Loader().LoadVariable(store, name)
		if !found || !slices.Equal(value.Shape().Dimensions, dims) {
			t.Errorf("%s: found %v, %v, want %v", name, found, value, dims)
		}
	}
}
