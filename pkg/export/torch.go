// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// Torch writes the weights to a safetensors file with PyTorch's names and layout: docs/torch/nets.py builds the network that
// they fit. A kernel [height, width, in, out] becomes [out, in, height, width], a matrix [in, out] becomes [out, in].
func Torch(path string, n Network) error {
	if _, err := n.trace(); err != nil { // it loads and checks the variables
		return err
	}
	values, err := n.torch()
	if err != nil {
		return err
	}
	metadata, err := n.metadata()
	if err != nil {
		return err
	}
	metadata["format"] = "pt"
	if err := recipe.SaveTensors(path, values, metadata); err != nil {
		return fmt.Errorf("export %s: %w", n.Name, err)
	}
	return nil
}

func (n Network) torch() (map[string]*tensors.Tensor, error) {
	paths := map[string]bool{}
	for v := range n.Store.IterVariables() {
		paths[v.Path()] = true
	}
	values := map[string]*tensors.Tensor{"mean": float32s(n.Moments.Mean), "std": float32s(n.Moments.Std)}
	for v := range n.Store.IterVariables() {
		name := torchName(v.Path(), paths)
		if name == "" {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("export %s: read %s: %w", n.Name, v.Path(), err)
		}
		flat, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return nil, fmt.Errorf("export %s: %s: %w", n.Name, v.Path(), err)
		}
		values[name] = torchLayout(flat, v.Shape().Dimensions)
	}
	return values, nil
}

// normScope is where GoMLX's BatchNorm keeps its variables, within the scope that it is given.
const normScope = "/batch_normalization"

// torchNames are what PyTorch calls GoMLX's variables.
var torchNames = map[string]string{
	"weights": "weight", "biases": "bias", // of a convolution or a linear layer
	"scale": "weight", "offset": "bias", "mean": "running_mean", "variance": "running_var", // of a BatchNorm
}

// torchName is the name in PyTorch of the variable with that path, "" for one that it does not have. paths has all of the
// network's. A scope that holds both a convolution and a norm becomes a module with a conv and a norm.
//
//	/stage1/block1/conv1/weights                  stage1.block1.conv1.weight
//	/stage1/block1/norm1/batch_normalization/mean stage1.block1.norm1.running_mean
//	/stem/weights                                 stem.conv.weight
//	/stem/batch_normalization/scale               stem.norm.weight
//	/head/dense/weights                           head.weight
func torchName(path string, paths map[string]bool) string {
	cut := strings.LastIndex(path, "/")
	scope, last := path[:cut], torchNames[path[cut+1:]]
	if last == "" || scope == "" {
		return ""
	}
	module, isNorm := strings.CutSuffix(scope, normScope)
	module = strings.TrimSuffix(module, "/dense")
	switch {
	case isNorm && paths[module+"/weights"]:
		module += "/norm"
	case !isNorm && paths[module+normScope+"/mean"]:
		module += "/conv"
	}
	return strings.ReplaceAll(strings.TrimPrefix(module, "/"), "/", ".") + "." + last
}

// torchLayout moves the output and input channels of a kernel or matrix to the front.
func torchLayout(flat []float32, dims []int) *tensors.Tensor {
	rank := len(dims)
	if rank < 2 {
		return tensors.FromFlatDataAndDimensions(flat, dims...)
	}
	order := append([]int{rank - 1, rank - 2}, straight(rank-2)...)
	turned := make([]int, rank)
	for i, axis := range order {
		turned[i] = dims[axis]
	}
	return tensors.FromFlatDataAndDimensions(permute(flat, dims, order), turned...)
}

func float32s(list []float64) *tensors.Tensor {
	out := make([]float32, len(list))
	for i, x := range list {
		out[i] = float32(x)
	}
	return tensors.FromFlatDataAndDimensions(out, len(out))
}
