// SPDX-License-Identifier: Apache-2.0

package recipe_test

import (
	"iter"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/skipnets/skipnets/pkg/accel"
	_ "github.com/skipnets/skipnets/pkg/accel/allocator" // keeps freed memory: training is faster on a CPU
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// constant yields the first batch of a dataset again and again: no reading, no shuffling, no augmentation.
type constant struct{ *images.Dataset }

func (c constant) From(_, step int) iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		var images []uint8
		var labels []int32
		for batch, err := range c.Dataset.From(0, 0) {
			if err != nil {
				yield(train.Batch{}, err)
				return
			}
			images = tensors.MustCopyFlatData[uint8](batch.Inputs[0])
			labels = tensors.MustCopyFlatData[int32](batch.Labels[0])
			_ = batch.Finalize()
			break
		}
		n := len(labels)
		for range c.Steps() - step {
			batch := train.Batch{
				Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(images, n, cifar.Size, cifar.Size, cifar.Channels)},
				Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(labels, n, 1)},
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// BenchmarkPipeline trains on augmented images and on one constant batch, alternating. The metric "of-constant" is the
// throughput with the pipeline over that without, the median of the rounds: 1 means that it never holds up training.
func BenchmarkPipeline(b *testing.B) {
	backend := accel.MustNew("")
	net, err := nets.Parse("compact-residual-w16", 10)
	if err != nil {
		b.Fatal(err)
	}
	r, err := recipe.Preset("class")
	if err != nil {
		b.Fatal(err)
	}
	r.Epochs, r.BatchSize = 4, 128
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{BatchSize: r.BatchSize, Shuffle: true, DropLast: true,
		Augment: images.Augment{Pad: 4, Flip: images.RandomFlip}})
	if err != nil {
		b.Fatal(err)
	}
	speed := func(training recipe.Dataset) float64 {
		result, err := recipe.Fit(b.Context(), recipe.Job{Backend: backend, Name: "bench", Model: images.Normalized(net, sample.Moments), Recipe: r,
			Training: training, HeldOut: data})
		if err != nil {
			b.Fatal(err)
		}
		speeds := result.History[1:].Series(func(r recipe.Record) float64 { return r.SamplesPerSecond }) // the first epoch warms up
		slices.Sort(speeds)
		return speeds[len(speeds)/2]
	}
	var ratios []float64
	for b.Loop() {
		without := speed(constant{data})
		ratios = append(ratios, speed(data)/without)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-constant")
}
