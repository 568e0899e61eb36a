// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
)

// noise is a set of n images of random pixels, labels in turn.
func noise(n int, v *Version) images.Set {
	set := images.New(n, v.Format)
	random := rand.NewChaCha8([32]byte{1})
	if _, err := random.Read(set.Images); err != nil {
		panic(err)
	}
	for i := range set.Labels {
		set.Labels[i] = int32(i % len(v.Classes))
	}
	return set
}

// writeSmall writes a folder like the official one, but with so many records a file, and returns it with the format
// that describes it, digests included.
func writeSmall(t testing.TB, v *Version, records int) (small *Version, dir string, train, test images.Set) {
	t.Helper()
	small, dir = new(*v), t.TempDir()
	small.train, small.test = slices.Clone(v.train), slices.Clone(v.test)
	for _, files := range [][]file{small.train, small.test} {
		for i := range files {
			files[i].records = records
		}
	}
	all := noise(records*(len(v.train)+len(v.test)), v)
	cut := records * len(v.train)
	train, test = between(all, 0, cut), between(all, cut, all.Len())
	if err := small.writeFolder(dir, train, test); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]file{small.train, small.test} {
		for i := range files {
			digest := sha256.Sum256(readFile(t, filepath.Join(dir, files[i].name)))
			files[i].sha256 = hex.EncodeToString(digest[:])
		}
	}
	return small, dir, train, test
}

// archive packs a folder as the official archives are.
func archive(t testing.TB, dir string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	entries := tar.NewWriter(zip)
	if err := entries.AddFS(os.DirFS(filepath.Dir(dir))); err != nil {
		t.Fatal(err)
	}
	if err := entries.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func saveFile(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// edit changes a file's content.
func edit(t testing.TB, name string, change func([]byte) []byte) {
	t.Helper()
	saveFile(t, name, change(readFile(t, name)))
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

func equalSets(a, b images.Set) bool {
	return slices.Equal(a.Images, b.Images) && slices.Equal(a.Labels, b.Labels) && slices.Equal(a.Classes, b.Classes)
}
