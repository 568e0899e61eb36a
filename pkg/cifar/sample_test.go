// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func TestSample(t *testing.T) {
	train, test := Sample()
	for _, c := range []struct {
		name   string
		set    Set
		len    int
		digest string // of the pixels
	}{
		{"train", train, 1000, "919f973b892b3c569c1505b9b4785fab2d2be715c167cedbb9e19a1746c8738c"},
		{"test", test, 500, "a21f216fb363c15f4ca15ba6460882b10f90a9d82f1a9ed98971004c065e42cb"},
	} {
		if c.set.Len() != c.len {
			t.Errorf("%s has %d images, want %d", c.name, c.set.Len(), c.len)
		}
		if err := c.set.check(); err != nil {
			t.Error(err)
		}
		for label, n := range countLabels(c.set) {
			if n != c.len/10 {
				t.Errorf("%s has %d of class %d, want %d", c.name, n, label, c.len/10)
			}
		}
		digest := sha256.Sum256(c.set.Images)
		if got := hex.EncodeToString(digest[:]); got != c.digest {
			t.Errorf("%s has pixels of sha256 %s, want %s", c.name, got, c.digest)
		}
	}
}

func countLabels(s Set) []int {
	counts := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		counts[label]++
	}
	return counts
}

func TestSampleIsACopy(t *testing.T) {
	first, _ := Sample()
	clear(first.Images)
	clear(first.Classes)
	if again, _ := Sample(); equalSets(first, again) || again.Classes[0] != "airplane" {
		t.Error("changing a sample changes the next one")
	}
}
