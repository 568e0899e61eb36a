// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bytes"
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
	src := noise(1, Classes10).Images
	for _, reflect := range []bool{false, true} {
		want := variants(src, 4, reflect)
		if len(want) != 81 {
			t.Fatalf("%d variants, want 81", len(want))
		}
		counts := make(map[string]int)
		dst := make([]uint8, imageBytes)
		for epoch := range 8100 {
			Augment{Pad: 4, Reflect: reflect}.Apply(dst, src, 1, epoch, 0)
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
	set := noise(1, Classes10)
	src, mirror := set.Images, mirrored(set.Images)
	for _, c := range []struct {
		mode        FlipMode
		alternating bool
		least, most int // mirrored images in an epoch
	}{
		{NoFlip, false, 0, 0},
		{RandomFlip, false, 160, 240}, // 200 ± 10 expected
		{AlternatingFlip, true, 160, 240},
	} {
		var before []bool
		for epoch := range epochs {
			flipped, n := make([]bool, images), 0
			for index := range images {
				dst := make([]uint8, imageBytes)
				Augment{Flip: c.mode}.Apply(dst, src, 1, epoch, index)
				switch {
				case bytes.Equal(dst, mirror):
					flipped[index] = true
					n++
				case !bytes.Equal(dst, src):
					t.Fatal("neither the image nor its mirror image")
				}
			}
			if n < c.least || n > c.most {
				t.Errorf("mode %d: %d of %d mirrored in epoch %d", c.mode, n, images, epoch)
			}
			if epoch > 0 && c.mode != NoFlip {
				same := 0
				for i := range flipped {
					if flipped[i] == before[i] {
						same++
					}
				}
				if c.alternating != (same == 0) {
					t.Errorf("mode %d: %d of %d as in the epoch before", c.mode, same, images)
				}
			}
			before = flipped
		}
	}
}

func TestApplyDependsOnSeedEpochAndIndexOnly(t *testing.T) {
	src := noise(1, Classes10).Images
	a := Augment{Pad: 4, Flip: RandomFlip}
	apply := func(seed uint64, epoch, index int) []uint8 {
		dst := bytes.Repeat([]uint8{byte(seed)}, imageBytes) // whatever was there before
		a.Apply(dst, src, seed, epoch, index)
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

func TestApplyAllocatesNothing(t *testing.T) {
	src, dst := noise(1, Classes10).Images, make([]uint8, imageBytes)
	a, epoch := Augment{Pad: 4, Reflect: true, Flip: AlternatingFlip}, 0
	if n := testing.AllocsPerRun(100, func() { epoch++; a.Apply(dst, src, 1, epoch, 7) }); n != 0 {
		t.Errorf("Apply allocates %v times", n)
	}
}
