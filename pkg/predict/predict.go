// SPDX-License-Identifier: Apache-2.0

// Package predict asks a trained network what a picture of your own shows.
package predict

import (
	"fmt"
	"image"
	"math"
	"runtime/debug"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/internal/photo"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Read reads a PNG, JPEG or WebP file, brings its middle square to size×size pixels, those that the network knows, and sets
// it upright where the camera noted how it was held. White shows through where it is transparent. A picture that would
// take more than 300 MB of memory is refused.
func Read(path string, size int) (*image.RGBA, error) {
	defer debug.FreeOSMemory() // a large picture's memory, before a backend takes its own
	return photo.Read(path, size)
}

// Decode is [Read] of a file's bytes. The name is for messages.
func Decode(name string, data []byte, size int) (*image.RGBA, error) {
	return photo.Decode(name, data, size)
}

// Shrink does to a picture in memory what [Read] does to a file.
func Shrink(picture image.Image, size int) *image.RGBA { return photo.Shrink(picture, size) }

// Probabilities is what the network with the values in store says of one picture: the probability of each class, the
// softmax of its logits. The network takes uint8 images [1, height, width, channels] of the given format.
func Probabilities(backend compute.Backend, net recipe.Model, store *model.Store, picture *image.RGBA, format images.Format) ([]float64, error) {
	if size := picture.Bounds().Size(); size != image.Pt(format.Width, format.Height) {
		return nil, fmt.Errorf("picture: %d×%d pixels, the network knows %d×%d: shrink it", size.X, size.Y, format.Width, format.Height)
	}
	one := images.New(1, format)
	images.Fill(one.Pixels(0), picture, format.Channels)
	logits, err := recipe.Logits(backend, net, store, tensors.FromFlatDataAndDimensions(one.Images, 1, format.Height, format.Width, format.Channels))
	if err != nil {
		return nil, err
	}
	return OfLogits(logits[0]), nil
}

// OfLogits makes probabilities of logits.
func OfLogits[T float32 | float64](logits []T) []float64 {
	largest := float64(slices.Max(logits))
	p := make([]float64, len(logits))
	sum := 0.0
	for i, l := range logits {
		p[i] = math.Exp(float64(l) - largest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// Top lists the n likeliest classes, the likeliest first and the earliest of equals.
func Top(probabilities []float64, n int) []int {
	order := make([]int, len(probabilities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case probabilities[a] > probabilities[b]:
			return -1
		case probabilities[a] < probabilities[b]:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}
