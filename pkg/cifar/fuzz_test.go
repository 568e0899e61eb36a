// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
	"github.com/skipnets/skipnets/pkg/images"
)

// Records that are accepted are those that are written again, byte for byte, and each has a class.
func FuzzDecode(f *testing.F) {
	for _, v := range []*Version{CIFAR10, CIFAR100} {
		small, dir, _, _ := writeSmall(f, v, 2)
		content := readFile(f, filepath.Join(dir, small.train[0].name))
		f.Add(content, 2, v == CIFAR100)
		f.Add(content[:len(content)-1], 2, v == CIFAR100)
		f.Add(append(slices.Clone(content), 0), 2, v == CIFAR100)
	}
	f.Fuzz(func(t *testing.T, content []byte, records int, hundred bool) {
		v := CIFAR10
		if hundred {
			v = CIFAR100
		}
		set := images.New(max(0, records%8), v.Format)
		var err error
		fuzztest.Read(t, func() { err = v.decode(bytes.NewReader(content), "records", set) })
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := v.encode(&again, set); err != nil {
			t.Errorf("what was accepted is no set: %v", err)
		}
		if !bytes.Equal(again.Bytes(), content) {
			t.Error("what was accepted is not what is written again")
		}
	})
}

// An archive is accepted only if it holds the published files, whatever else.
func FuzzArchive(f *testing.F) {
	small, dir, train, test := writeSmall(f, CIFAR10, 1)
	whole := archive(f, dir)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, content []byte) {
		name := filepath.Join(t.TempDir(), "archive.tar.gz")
		saveFile(t, name, content)
		var err error
		gotTrain, gotTest := train, test
		fuzztest.Read(t, func() { gotTrain, gotTest, err = small.Open(name) })
		if err == nil && (!equalSets(gotTrain, train) || !equalSets(gotTest, test)) {
			t.Error("it accepted other images")
		}
	})
}

// A picture of images is accepted only in the one form that the package has; then every pixel is taken from it.
func FuzzReadPNG(f *testing.F) {
	want := noise(3, CIFAR10)
	f.Add(pngOf(f, want))
	f.Add(pngOf(f, noise(4, CIFAR10)))
	f.Fuzz(func(t *testing.T, content []byte) {
		name := filepath.Join(t.TempDir(), "batch.png")
		saveFile(t, name, content)
		set := noise(3, CIFAR10)
		clear(set.Images)
		var err error
		fuzztest.Read(t, func() { err = readPNG(name, set) })
		if err != nil {
			return
		}
		again := filepath.Join(t.TempDir(), "again.png")
		saveFile(t, again, pngOf(t, set))
		twice := noise(3, CIFAR10)
		if err := readPNG(again, twice); err != nil || !slices.Equal(twice.Images, set.Images) {
			t.Errorf("what was accepted is read otherwise when it is written again: %v", err)
		}
	})
}

// Labels are accepted only if there are as many as wanted, each of a class.
func FuzzReadLabels(f *testing.F) {
	for _, seed := range []string{"[0,1,9]", "[0,1,10]", "[-1,1,2]", "[0,1]", "null", "[null,1,2]", "[1.5,1,2]", "[3e0,1,2]", "[4294967297,1,2]", "{}", "[[[[[["} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		name := filepath.Join(t.TempDir(), "labels.json")
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
		labels := make([]int32, 3)
		var err error
		fuzztest.Read(t, func() { err = CIFAR10.readLabels(name, labels) })
		if err != nil {
			return
		}
		var numbers []any
		if err := json.Unmarshal(content, &numbers); err != nil || len(numbers) != len(labels) {
			t.Fatalf("it accepted %q", content)
		}
		for i, number := range numbers {
			if value, ok := number.(float64); !ok || value != float64(labels[i]) || value < 0 || value > 9 {
				t.Errorf("it took %v for the label %d", number, labels[i])
			}
		}
	})
}
