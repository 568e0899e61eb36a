// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"math"
	"slices"
	"testing"
)

// variants lists, in the most literal way, all that a crop with the given padding can make of an image.
func variants(src []uint8, pad int, reflect bool) map[string]bool {
	pixel := func(y, x int) []uint8 {
		inside := func(at int) int {
			if at < 0 {
				at = -at
			}
			if at > 31 {
				at = 62 - at
			}
			return at
		}
		if !reflect && (inside(y) != y || inside(x) != x) {
			return []uint8{0, 0, 0}
		}
		return src[(inside(y)*32+inside(x))*3:][:3]
	}
	all := make(map[string]bool)
	for top := -pad; top <= pad; top++ {
		for left := -pad; left <= pad; left++ {
			var crop []uint8
			for y := range 32 {
				for x := range 32 {
					crop = append(crop, pixel(top+y, left+x)...)
				}
			}
			all[string(crop)] = true
		}
	}
	return all
}

func mirrored(src []uint8) []uint8 {
	out := make([]uint8, len(src))
	for i := range src {
		out[i] = src[i/96*96+(31-i%96/3)*3+i%3]
	}
	return out
}

func TestCropMakesEachVariant(t *testing.T) {
	set := noise(1, ten)
	src := set.Images
	for _, reflect := range []bool{false, true} {
		want := variants(src, 4, reflect)
		if len(want) != 81 {
			t.Fatalf("%d variants, want 81", len(want))
		}
		counts := make(map[string]int)
		dst := make([]uint8, set.size())
		for epoch := range 8100 {
			Augment{Pad: 4, Reflect: reflect}.apply(dst, &set, 0, 1, epoch)
			counts[string(dst)]++
		}
		for variant, n := range counts {
			if !want[variant] {
				t.Fatal("a crop is none of the 81 shifts")
			}
			if n < 50 || n > 150 { // 100 ± 10 expected
				t.Errorf("one of the shifts comes %d times in 8,100", n)
			}
		}
		if len(counts) != 81 {
			t.Errorf("%d of the 81 shifts come", len(counts))
		}
	}
}

func TestFlips(t *testing.T) {
	const images, epochs = 400, 10
	set := noise(images, ten)
	for i := range images { // one picture, many times
		copy(set.Pixels(i), set.Pixels(0))
	}
	src, mirror := set.Pixels(0), mirrored(set.Pixels(0))
	for _, c := range []struct {
		mode        Flip
		alternating bool
		least, most int // mirrored images in an epoch
	}{
		{"", false, 0, 0},
		{NoFlip, false, 0, 0},
		{RandomFlip, false, 160, 240}, // 200 ± 10 expected
		{AlternatingFlip, true, 160, 240},
	} {
		var before []bool
		for epoch := range epochs {
			flipped, n := make([]bool, images), 0
			for index := range images {
				dst := make([]uint8, set.size())
				Augment{Flip: c.mode}.apply(dst, &set, index, 1, epoch)
				switch {
				case bytes.Equal(dst, mirror):
					flipped[index] = true
					n++
				case !bytes.Equal(dst, src):
					t.Fatal("neither the image nor its mirror image")
				}
			}
			if n < c.least || n > c.most {
				t.Errorf("mode %q: %d of %d mirrored in epoch %d", c.mode, n, images, epoch)
			}
			if epoch > 0 && c.least > 0 {
				same := 0
				for i := range flipped {
					if flipped[i] == before[i] {
						same++
					}
				}
				if c.alternating != (same == 0) {
					t.Errorf("mode %q: %d of %d as in the epoch before", c.mode, same, images)
				}
			}
			before = flipped
		}
	}
}

func TestAugmentDependsOnSeedEpochAndIndexOnly(t *testing.T) {
	set := noise(40, ten)
	for i := range set.Len() { // one picture, many times
		copy(set.Pixels(i), set.Pixels(0))
	}
	a := Augment{Pad: 4, Flip: RandomFlip}
	apply := func(seed uint64, epoch, index int) []uint8 {
		dst := bytes.Repeat([]uint8{byte(seed)}, set.size()) // whatever was there before
		a.apply(dst, &set, index, seed, epoch)
		return dst
	}
	many := func(of func(i int) []uint8) (all []uint8) {
		for i := range 20 {
			all = append(all, of(i)...)
		}
		return all
	}
	base := many(func(i int) []uint8 { return apply(1, 1, i) })
	if !slices.Equal(base, many(func(i int) []uint8 { return apply(1, 1, i) })) {
		t.Error("two calls differ")
	}
	for name, other := range map[string][]uint8{
		"seed":  many(func(i int) []uint8 { return apply(2, 1, i) }),
		"epoch": many(func(i int) []uint8 { return apply(1, 2, i) }),
		"index": many(func(i int) []uint8 { return apply(1, 1, i+20) }),
	} {
		if slices.Equal(base, other) {
			t.Errorf("the %s changes nothing", name)
		}
	}
}

func TestAugmentAllocatesNothing(t *testing.T) {
	set := noise(8, ten)
	dst := make([]uint8, set.size())
	a, epoch := Augment{Pad: 4, Reflect: true, Flip: AlternatingFlip, Brightness: 0.1, Contrast: 0.1}, 0
	if n := testing.AllocsPerRun(100, func() { epoch++; a.apply(dst, &set, 7, 1, epoch) }); n != 0 {
		t.Errorf("apply allocates %v times", n)
	}
}

// Shifts and flips of pictures that are not square and not in three colours, against the definition pixel by pixel.
func TestAugmentAnyShape(t *testing.T) {
	for _, shape := range [][3]int{{5, 7, 1}, {7, 5, 2}, {1, 3, 4}, {64, 48, 3}} {
		set := noiseOf(blank(1, shape[0], shape[1], shape[2], ten))
		for _, a := range []Augment{{}, {Flip: RandomFlip}, {Pad: min(shape[0], shape[1]) - 1, Flip: RandomFlip}, {Pad: min(shape[0], shape[1]) - 1, Reflect: true, Flip: RandomFlip}} {
			for epoch := range 20 {
				got := make([]uint8, set.size())
				a.apply(got, &set, 0, 1, epoch)
				random := hash(1, uint64(epoch), 0)
				down, right, flip := a.shift(random>>40), a.shift(random>>16), a.flips(random, 1, epoch, 0)
				for i := range got {
					y, x, c := i/set.Channels/set.Width, i/set.Channels%set.Width, i%set.Channels
					if flip {
						x = set.Width - 1 - x
					}
					want := uint8(0)
					if y, x := a.source(y+down, set.Height), a.source(x+right, set.Width); y >= 0 && x >= 0 {
						want = set.Images[(y*set.Width+x)*set.Channels+c]
					}
					if got[i] != want {
						t.Fatalf("%v, %+v, epoch %d: byte %d is %d, want %d", shape, a, epoch, i, got[i], want)
					}
				}
			}
		}
	}
}

// Light is one straight line for all values of a picture, within what was asked for, and another line for each picture.
func TestLight(t *testing.T) {
	ramp := blank(1, 16, 16, 1, ten)
	for i := range ramp.Images {
		ramp.Images[i] = uint8(i)
	}
	dst, slopes := make([]uint8, 256), map[int]bool{}
	for epoch := range 50 {
		Augment{Brightness: 0.2, Contrast: 0.3}.apply(dst, &ramp, 0, 1, epoch)
		offset := float64(dst[127])/2 + float64(dst[128])/2 - 127.5
		slope := (float64(dst[160]) - float64(dst[96])) / 64
		if math.Abs(offset) > 0.2*255+1 || math.Abs(slope-1) > 0.3+0.02 {
			t.Errorf("epoch %d: offset %.1f and factor %.2f, want at most 51 and 0.7 to 1.3", epoch, offset, slope)
		}
		for v, got := range dst {
			if want := min(255, max(0, 127.5+offset+slope*(float64(v)-127.5))); math.Abs(float64(got)-want) > 3 {
				t.Fatalf("epoch %d: value %d became %d, want about %.0f", epoch, v, got, want)
			}
		}
		slopes[int(math.Round(10*slope))] = true
	}
	if len(slopes) < 5 {
		t.Errorf("only %d different factors in 50 epochs", len(slopes))
	}
	Augment{Brightness: 1e-9}.apply(dst, &ramp, 0, 1, 0)
	if !bytes.Equal(dst, ramp.Images) {
		t.Error("next to no brightness changes the picture")
	}
}
