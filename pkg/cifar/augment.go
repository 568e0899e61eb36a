// SPDX-License-Identifier: Apache-2.0

package cifar

import "fmt"

// Augment says how a training image is varied from epoch to epoch. The zero value leaves it as it is.
type Augment struct {
	// Pad enlarges the image by so many pixels on each side, then cuts a random part of the original size out of it:
	// a shift by up to Pad pixels. He et al. 2015, "Deep Residual Learning for Image Recognition", section 4.2: 4.
	Pad int
	// Reflect fills the border with the image mirrored at its edge, the edge itself not repeated, instead of black.
	Reflect bool
	// Flip mirrors left and right.
	Flip FlipMode
}

// FlipMode says which images are mirrored.
type FlipMode int

const (
	NoFlip FlipMode = iota
	// RandomFlip mirrors each image with probability one half, anew in each epoch.
	RandomFlip
	// AlternatingFlip mirrors a random half of the images in even epochs and the other half in odd epochs, so that two
	// epochs in a row show both sides of every image. Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU",
	// section 3.6.
	AlternatingFlip
)

func (a Augment) check() error {
	if a.Pad < 0 || a.Pad >= Size {
		return fmt.Errorf("cifar: augmentation pads by %d pixels, want 0 to %d", a.Pad, Size-1)
	}
	if a.Flip < NoFlip || a.Flip > AlternatingFlip {
		return fmt.Errorf("cifar: unknown FlipMode(%d)", a.Flip)
	}
	return nil
}

// Apply writes the variant of image src that belongs to (seed, epoch, index) to dst; index is the image's place in its
// set. Both are [32, 32, 3] and do not overlap. It allocates nothing.
func (a Augment) Apply(dst, src []uint8, seed uint64, epoch, index int) {
	random := hash(seed, uint64(epoch), uint64(index))
	down, right := a.shift(random>>40), a.shift(random>>16)
	flip := a.flips(random, seed, epoch, index)
	var columns [Size]int
	for x := range columns {
		from := x
		if flip {
			from = Size - 1 - x
		}
		columns[x] = a.source(from + right)
	}
	for y := range Size {
		a.copyRow(dst[y*Size*Channels:][:Size*Channels], src, a.source(y+down), &columns)
	}
}

// shift turns 24 random bits into a distance from -Pad to Pad.
func (a Augment) shift(random uint64) int {
	return int(random&(1<<24-1)*uint64(2*a.Pad+1)>>24) - a.Pad
}

func (a Augment) flips(random, seed uint64, epoch, index int) bool {
	switch a.Flip {
	case RandomFlip:
		return random&1 == 1
	case AlternatingFlip:
		firstEpoch := hash(seed, 0, uint64(index)) & 1
		return firstEpoch^uint64(epoch)&1 == 1
	default:
		return false
	}
}

// source is the row or column that a place in or beside the image is filled from, -1 for black.
func (a Augment) source(at int) int {
	switch {
	case 0 <= at && at < Size:
		return at
	case !a.Reflect:
		return -1
	case at < 0:
		return -at
	default:
		return 2*(Size-1) - at
	}
}

func (a Augment) copyRow(dst, src []uint8, row int, columns *[Size]int) {
	for x, column := range columns {
		to := dst[x*Channels:][:Channels]
		if row < 0 || column < 0 {
			clear(to)
			continue
		}
		from := src[(row*Size+column)*Channels:][:Channels]
		to[0], to[1], to[2] = from[0], from[1], from[2]
	}
}

// hash makes 64 random bits out of three numbers, with the finalizer of Steele et al. 2014, "Fast Splittable
// Pseudorandom Number Generators". A function and not a generator: any image's randomness is there at once, in any
// order, on any goroutine.
func hash(seed, epoch, index uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	h := uint64(0)
	for _, value := range [...]uint64{seed, epoch, index} {
		h += value + golden
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}
