// SPDX-License-Identifier: Apache-2.0

package images

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// BenchmarkDataset measures how many images the pipeline makes, to be held against how many a training takes. The case
// "constant" makes batches without reading a single image: the most that there can be.
func BenchmarkDataset(b *testing.B) {
	const batchSize = 250
	images := noise(1000, ten)
	b.Run("constant", func(b *testing.B) {
		for b.Loop() {
			batch := tensors.FromShape(shapes.Make(dtypes.Uint8, batchSize, 32, 32, 3))
			batch.MustFinalizeAll()
		}
		reportImages(b, batchSize)
	})
	for _, c := range []struct {
		name    string
		augment Augment
	}{
		{"none", Augment{}},
		{"flip", Augment{Flip: RandomFlip}},
		{"crop+flip", Augment{Pad: 4, Flip: RandomFlip}},
		{"reflect+alternate", Augment{Pad: 4, Reflect: true, Flip: AlternatingFlip}},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := newDataset(b, images, Options{BatchSize: batchSize, Shuffle: true, Augment: c.augment})
			for b.Loop() {
				for batch, err := range d.Iter() {
					if err != nil {
						b.Fatal(err)
					}
					if err := batch.Finalize(); err != nil {
						b.Fatal(err)
					}
				}
			}
			reportImages(b, d.Len())
		})
	}
}

func reportImages(b *testing.B, perRound int) {
	b.ReportMetric(float64(b.N*perRound)/b.Elapsed().Seconds(), "images/s")
	b.ReportMetric(float64(b.N*perRound)/250/b.Elapsed().Seconds(), "batches/s")
}
