// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// FeatureReuse tells how much layers of a dense network use what earlier ones wrote, as figure 5 of Huang et al. 2016 does.
// kernels are the paths in store of the float32 weights [..., in, out] that read; written is the number of channels that
// each source has put side by side, in their order. The result has a row a kernel and a column a
// source: the mean absolute weight on that source's channels, NaN where the kernel does not read that far.
// It is an error if a kernel is missing, has no value, or does not read whole sources.
func FeatureReuse(store *model.Store, kernels []string, written []int) ([][]float64, error) {
	rows := make([][]float64, len(kernels))
	for i, path := range kernels {
		variable := store.GetVariable(path)
		if variable == nil || !variable.HasValue() {
			return nil, fmt.Errorf("insight: feature reuse: no values of %s", path)
		}
		value, err := variable.Value()
		if err != nil {
			return nil, fmt.Errorf("insight: feature reuse: %w", err)
		}
		if rows[i], err = meanBySource(value, written); err != nil {
			return nil, fmt.Errorf("insight: feature reuse: %s: %w", path, err)
		}
	}
	return rows, nil
}

func meanBySource(kernel *tensors.Tensor, written []int) ([]float64, error) {
	weights, sources, err := bySource(kernel, written)
	if err != nil {
		return nil, err
	}
	sums, counts := make([]float64, len(written)), make([]float64, len(written))
	for i, w := range weights {
		sums[sources(i)] += math.Abs(float64(w))
		counts[sources(i)]++
	}
	for s := range sums {
		sums[s] /= counts[s] // 0/0 is NaN
	}
	return sums, nil
}

// bySource copies the weights of a kernel and tells which source the i-th of them reads.
func bySource(kernel *tensors.Tensor, written []int) (weights []float32, source func(i int) int, err error) {
	if kernel.Rank() < 2 {
		return nil, nil, fmt.Errorf("want weights [..., in, out], got %s", kernel.Shape())
	}
	in, out := kernel.Shape().Dim(-2), kernel.Shape().Dim(-1)
	var ofChannel []int
	for s := 0; s < len(written) && len(ofChannel) < in; s++ {
		for range written[s] {
			ofChannel = append(ofChannel, s)
		}
	}
	if len(ofChannel) != in {
		return nil, nil, fmt.Errorf("%d channels are read, the sources write %d", in, len(ofChannel))
	}
	weights, err = tensors.CopyFlatData[float32](kernel)
	return weights, func(i int) int { return ofChannel[i/out%in] }, err
}
