// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"os"
	"path/filepath"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// Sets out of a cache file, even one that was made to deceive, with a digest that is right, can be used.
func FuzzCache(f *testing.F) {
	for _, format := range []Format{{Height: 2, Width: 3, Channels: 3, Classes: []string{"cat", "dog"}}, {Height: 1, Width: 1, Channels: 1, Classes: []string{"one"}}, {}} {
		var packed bytes.Buffer
		if err := gob.NewEncoder(&packed).Encode(both{New(2, format), New(1, format)}); err != nil {
			f.Fatal(err)
		}
		f.Add(packed.Bytes())
		f.Add(packed.Bytes()[:packed.Len()/2])
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		digest := sha256.Sum256(packed)
		file := filepath.Join(t.TempDir(), "cache")
		if err := os.WriteFile(file, append(digest[:], packed...), 0o644); err != nil {
			t.Fatal(err)
		}
		fuzztest.Read(t, func() {
			training, test, found := loadCache(file)
			if !found {
				return
			}
			for _, set := range []Set{training, test} {
				for i, label := range set.Labels {
					_ = set.Image(i)
					_ = set.Classes[label]
				}
			}
		})
	})
}
