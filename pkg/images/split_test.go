// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	whole := noise(1003, ten) // 101 of classes 0 to 2, 100 of the others
	for _, n := range []int{0, 1, 7, 100, 1003} {
		rest, heldOut := whole.Split(n, 1)
		if rest.Len() != 1003-n || heldOut.Len() != n {
			t.Fatalf("split %d into %d and %d", n, rest.Len(), heldOut.Len())
		}
		counts := countLabels(heldOut)
		if slices.Max(counts)-slices.Min(counts) > 1 {
			t.Errorf("held out %v of the classes, want equally many", counts)
		}
		if !slices.Equal(sortedImages(whole), sortedImages(rest, heldOut)) {
			t.Errorf("the parts of a split of %d are not the whole", n)
		}
	}
}

// sortedImages are the images with their labels, in an order that depends on the content only.
func sortedImages(sets ...Set) []string {
	var images []string
	for _, set := range sets {
		for i, label := range set.Labels {
			images = append(images, string(append(bytes.Clone(set.Pixels(i)), byte(label))))
		}
	}
	slices.Sort(images)
	return images
}

func TestSplitSeed(t *testing.T) {
	whole := noise(200, ten)
	_, first := whole.Split(50, 1)
	_, again := whole.Split(50, 1)
	_, other := whole.Split(50, 2)
	if !equalSets(first, again) {
		t.Error("one seed gives two splits")
	}
	if equalSets(first, other) {
		t.Error("two seeds give one split")
	}
}

func TestSplitKeepsProportions(t *testing.T) {
	whole := noise(90, []string{"a", "b"})
	for i := range whole.Labels {
		whole.Labels[i] = int32(min(i%3, 1)) // 30 and 60
	}
	_, heldOut := whole.Split(9, 1)
	if counts := countLabels(heldOut); !slices.Equal(counts, []int{3, 6}) {
		t.Errorf("held out %v, want [3 6]", counts)
	}
}

func TestSplitTooMany(t *testing.T) {
	for _, n := range []int{-1, 11} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Split(%d) of 10 images does not panic", n)
				}
			}()
			noise(10, ten).Split(n, 1)
		}()
	}
}
