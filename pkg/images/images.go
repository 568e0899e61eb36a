// SPDX-License-Identifier: Apache-2.0

// Package images feeds pictures to GoMLX, whatever their size and wherever they come from.
//
// A [Set] holds labelled pictures in memory, a [Dataset] yields them in shuffled and augmented batches that depend only on
// (seed, epoch, step), and [Normalized] wraps a network so that it takes those uint8 batches. [Folder] reads pictures of
// your own; package cifar reads CIFAR-10 and CIFAR-100. A new data set is one function that returns a Set.
package images

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"slices"
)

// Format is what the pictures of a set have in common, and what a network for them has to know.
type Format struct {
	Height   int      `json:"height"` // in pixels
	Width    int      `json:"width"`
	Channels int      `json:"channels"` // three are red, green and blue
	Classes  []string `json:"classes"`  // their names
	Moments  Moments  `json:"moments"`  // what a network's input is normalised by: those of the training pictures
}

// Set is labelled pictures of one format, in memory. Its slices are the caller's to read; batches copy from them.
type Set struct {
	Format
	Images []uint8 // NHWC: [Len(), Height, Width, Channels]
	Labels []int32 // one a picture, an index into Classes
}

// New is a set of n black pictures, all of the first class, to be filled in.
func New(n int, format Format) Set {
	format.Classes = slices.Clone(format.Classes)
	return Set{format, make([]uint8, n*format.size()), make([]int32, n)}
}

// Len is the number of pictures.
func (s Set) Len() int { return len(s.Labels) }

// size is the number of bytes of a picture.
func (f Format) size() int { return f.Height * f.Width * f.Channels }

// Pixels are picture i's bytes, [Height, Width, Channels], shared with the set. It panics if i is out of range.
func (s Set) Pixels(i int) []uint8 {
	size := s.size()
	return s.Images[i*size : (i+1)*size : (i+1)*size]
}

// Image is a copy of picture i, for drawing: in colour if it has three channels, else its first channel in grey. It panics
// if i is out of range.
func (s Set) Image(i int) image.Image {
	pixels := s.Pixels(i)
	img := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height))
	for p := range s.Height * s.Width {
		pixel, to := pixels[s.Channels*p:], img.Pix[4*p:4*p+4]
		to[0], to[1], to[2], to[3] = pixel[0], pixel[0], pixel[0], 0xff
		if s.Channels == 3 {
			copy(to, pixel[:3])
		}
	}
	return img
}

// Subset copies the pictures at the given indices, in that order. It panics if an index is out of range.
func (s Set) Subset(indices []int) Set {
	out := New(len(indices), s.Format)
	for to, from := range indices {
		copy(out.Pixels(to), s.Pixels(from))
		out.Labels[to] = s.Labels[from]
	}
	return out
}

// Clone copies the set with all that it holds.
func (s Set) Clone() Set {
	s.Images, s.Labels, s.Classes = slices.Clone(s.Images), slices.Clone(s.Labels), slices.Clone(s.Classes)
	return s
}

// Check finds what would make a set unusable: slices that do not fit together, a label without a class.
func (s Set) Check() error {
	if s.Height < 1 || s.Width < 1 || s.Channels < 1 {
		return fmt.Errorf("images: pictures of %d×%d pixels and %d channels", s.Height, s.Width, s.Channels)
	}
	if len(s.Images) != s.Len()*s.size() {
		return fmt.Errorf("images: %d bytes of pictures for %d labels, want %d", len(s.Images), s.Len(), s.Len()*s.size())
	}
	for i, label := range s.Labels {
		if label < 0 || int(label) >= len(s.Classes) {
			return fmt.Errorf("images: picture %d has label %d, but there are %d classes", i, label, len(s.Classes))
		}
	}
	return nil
}

// Digest is the sha256 of the sets' pictures and labels: whether they are those of another time.
func Digest(sets ...Set) string {
	digest := sha256.New()
	for _, s := range sets {
		fmt.Fprintf(digest, "%s %q %d\n", s.Format, s.Classes, s.Len())
		digest.Write(s.Images)
		for _, label := range s.Labels {
			digest.Write(binary.LittleEndian.AppendUint32(nil, uint32(label)))
		}
	}
	return hex.EncodeToString(digest.Sum(nil))
}
