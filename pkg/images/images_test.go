// SPDX-License-Identifier: Apache-2.0

package images

import (
	"image/color"
	"slices"
	"testing"
)

func TestImage(t *testing.T) {
	for _, c := range []struct {
		channels int
		pixel    []uint8
		want     color.NRGBA
	}{
		{1, []uint8{7}, color.NRGBA{7, 7, 7, 255}},
		{2, []uint8{7, 9}, color.NRGBA{7, 7, 7, 255}},
		{3, []uint8{7, 8, 9}, color.NRGBA{7, 8, 9, 255}},
	} {
		set := blank(2, 2, 3, c.channels, ten)
		copy(set.Pixels(1)[(1*3+2)*c.channels:], c.pixel) // row 1, column 2
		img := set.Image(1)
		if got := img.At(2, 1); got != c.want {
			t.Errorf("%d channels: the pixel is %v, want %v", c.channels, got, c.want)
		}
		if b := img.Bounds(); b.Dx() != 3 || b.Dy() != 2 {
			t.Errorf("the picture is %v, want 3×2", b)
		}
	}
}

func TestSubsetAndClone(t *testing.T) {
	set := noise(5, ten)
	set.Moments = given
	part := set.Subset([]int{4, 0})
	if !slices.Equal(part.Pixels(0), set.Pixels(4)) || !slices.Equal(part.Labels, []int32{4, 0}) || len(part.Moments.Mean) != 3 {
		t.Errorf("the subset has labels %v, moments %v", part.Labels, part.Moments)
	}
	clear(part.Images)
	clone := set.Clone()
	clear(clone.Images)
	if !equalSets(set, noise(5, ten)) {
		t.Error("changing a copy changes the set")
	}
}
