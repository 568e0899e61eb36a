// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// FeatureReuse tells how much layers of a dense network use what earlier ones wrote, as figure 5 of Huang et al. 2016 does.
// kernels are the paths in store of the convolution kernels [height, width, in, out], float32, that read; written is the
// number of channels that each source has put side by side, in their order. The result has a row a kernel and a column a
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
	if kernel.Rank() != 4 {
		return nil, fmt.Errorf("want a kernel [height, width, in, out], got %s", kernel.Shape())
	}
	byChannel, err := sumByChannel(kernel)
	if err != nil {
		return nil, err
	}
	perChannel := float64(kernel.Size() / len(byChannel))
	row := make([]float64, len(written))
	from := 0
	for source, width := range written {
		if from == len(byChannel) {
			row[source] = math.NaN()
			continue
		}
		if width < 1 || from+width > len(byChannel) {
			return nil, fmt.Errorf("source %d writes channels %d to %d, of %d that are read", source, from, from+width, len(byChannel))
		}
		for _, sum := range byChannel[from : from+width] {
			row[source] += sum / (perChannel * float64(width))
		}
		from += width
	}
	if from < len(byChannel) {
		return nil, fmt.Errorf("%d channels are read, the sources write %d", len(byChannel), from)
	}
	return row, nil
}

// sumByChannel adds the absolute weights of each input channel.
func sumByChannel(kernel *tensors.Tensor) ([]float64, error) {
	weights, err := tensors.CopyFlatData[float32](kernel)
	if err != nil {
		return nil, err
	}
	in, out := kernel.Shape().Dim(2), kernel.Shape().Dim(3)
	sums := make([]float64, in)
	for i, w := range weights {
		sums[i/out%in] += math.Abs(float64(w))
	}
	return sums, nil
}
