// SPDX-License-Identifier: Apache-2.0

package images

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var ten = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}

func blank(n, height, width, channels int, classes []string) Set {
	return New(n, Format{Height: height, Width: width, Channels: channels, Classes: classes})
}

// noise is a set of n pictures of 32×32 random pixels in three colours, labels in turn.
func noise(n int, classes []string) Set { return noiseOf(blank(n, 32, 32, 3, classes)) }

// noiseOf fills a set of any shape.
func noiseOf(set Set) Set {
	random := rand.NewChaCha8([32]byte{1})
	if _, err := random.Read(set.Images); err != nil {
		panic(err)
	}
	for i := range set.Labels {
		set.Labels[i] = int32(i % len(set.Classes))
	}
	return set
}

// wantError checks that there is an error and that it says all that is wanted.
func wantError(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", want)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

func equalSets(a, b Set) bool {
	return slices.Equal(a.Images, b.Images) && slices.Equal(a.Labels, b.Labels) && slices.Equal(a.Classes, b.Classes)
}

func countLabels(s Set) []int {
	counts := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}
