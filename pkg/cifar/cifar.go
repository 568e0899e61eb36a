// SPDX-License-Identifier: Apache-2.0

// Package cifar reads CIFAR-10 and CIFAR-100 and feeds them to GoMLX.
//
// [Open] finds the data, a [Set] holds them in memory, a [Dataset] yields shuffled and augmented batches that depend
// only on (seed, epoch, step), and [Normalized] wraps a network so that it takes those uint8 batches.
// [Sample] is a small real part of CIFAR-10 inside the program, for tests, examples and quick runs.
//
// The data: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images". 60,000 colour photographs of
// 32×32 pixels, 50,000 for training and 10,000 for test, in 10 or in 100 classes of equal size.
package cifar

import (
	"fmt"
	"image"
	"slices"
)

const (
	Size     = 32 // height and width of an image, in pixels
	Channels = 3  // red, green, blue

	imageBytes = Size * Size * Channels
)

// Classes10 names the labels of CIFAR-10.
var Classes10 = []string{
	"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
}

// Set is images with their labels, in memory. Its slices are the caller's to read; batches copy from them.
type Set struct {
	Images  []uint8  // NHWC, RGB: [Len(), 32, 32, 3]
	Labels  []int32  // one an image, an index into Classes
	Classes []string // the names of the classes
}

// Len is the number of images.
func (s Set) Len() int { return len(s.Labels) }

// Pixels are image i's bytes, [32, 32, 3], shared with the set. It panics if i is out of range.
func (s Set) Pixels(i int) []uint8 {
	return s.Images[i*imageBytes : (i+1)*imageBytes : (i+1)*imageBytes]
}

// Image is a copy of image i, for drawing. It panics if i is out of range.
func (s Set) Image(i int) image.Image {
	pixels := s.Pixels(i)
	img := image.NewNRGBA(image.Rect(0, 0, Size, Size))
	for p := range Size * Size {
		copy(img.Pix[4*p:], pixels[Channels*p:Channels*(p+1)])
		img.Pix[4*p+3] = 0xff
	}
	return img
}

// Subset copies the images at the given indices, in that order. It panics if an index is out of range.
func (s Set) Subset(indices []int) Set {
	out := makeSet(len(indices), s.Classes)
	for to, from := range indices {
		copy(out.Pixels(to), s.Pixels(from))
		out.Labels[to] = s.Labels[from]
	}
	return out
}

func makeSet(n int, classes []string) Set {
	return Set{Images: make([]uint8, n*imageBytes), Labels: make([]int32, n), Classes: slices.Clone(classes)}
}

// check finds what would make a set unusable: slices that do not fit together, a label without a class.
func (s Set) check() error {
	if len(s.Images) != s.Len()*imageBytes {
		return fmt.Errorf("cifar: %d bytes of images for %d labels, want %d", len(s.Images), s.Len(), s.Len()*imageBytes)
	}
	for i, label := range s.Labels {
		if label < 0 || int(label) >= len(s.Classes) {
			return fmt.Errorf("cifar: image %d has label %d, but there are %d classes", i, label, len(s.Classes))
		}
	}
	return nil
}
