// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// BenchmarkLoad reads 60,000 images from files just written, as Open does: digests included.
func BenchmarkLoad(b *testing.B) {
	full, dir, _, _ := writeSmall(b, cifar10, 10_000)
	for b.Loop() {
		if _, _, err := full.load(dir, true); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDataset measures how many images the pipeline makes, to be held against how many a training takes. The case
// "constant" makes batches without reading a single image: the most that there can be.
func BenchmarkDataset(b *testing.B) {
	const batchSize = 250
	images, _ := Sample()
	b.Run("constant", func(b *testing.B) {
		for b.Loop() {
			batch := tensors.FromShape(shapes.Make(dtypes.Uint8, batchSize, Size, Size, Channels))
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
