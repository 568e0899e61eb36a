// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/images"
)

func TestOpenVerifies(t *testing.T) {
	dir := t.TempDir()
	for _, file := range append(CIFAR10.train[:5:5], CIFAR10.test...) {
		name := filepath.Join(dir, file.name)
		saveFile(t, name, nil)
		if err := os.Truncate(name, int64(file.records*CIFAR10.recordBytes())); err != nil { // black airplanes, sparse
			t.Fatal(err)
		}
	}
	_, _, err := CIFAR10.Open(dir)
	wantError(t, err, filepath.Join(dir, "data_batch_1.bin"), ErrDigest.Error())
	if !errors.Is(err, ErrDigest) {
		t.Error("the error is not ErrDigest")
	}
}

// TestOfficialData needs the 60,000 images; all that it tests of this package's code is tested on other data too.
// What it adds is that the constants in this package are true.
func TestOfficialData(t *testing.T) {
	dir, err := home.Path(CIFAR10.Folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("CIFAR-10 is not here: %v", err)
	}
	train, test, err := CIFAR10.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set    images.Set
		n      int
		begin  []int32
		digest string // of all its records in a row
	}{
		{train, 50_000, []int32{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}, "a0181da372c0d63a5920fdbea2ec3f83ecbc552d378218e1cb473cf634941a3b"},
		{test, 10_000, []int32{3, 8, 8, 0, 6, 6, 1, 6, 3, 1}, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
	} {
		if c.set.Len() != c.n || !slices.Equal(c.set.Labels[:10], c.begin) {
			t.Errorf("%d images, labels %v..., want %d, %v", c.set.Len(), c.set.Labels[:10], c.n, c.begin)
		}
		digest := sha256.New()
		if err := CIFAR10.encode(digest, c.set); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != c.digest {
			t.Errorf("records have sha256 %s, want %s", got, c.digest)
		}
	}
	wantMoments(t, train.Measure(), 1e-5)
	sampleTrain, sampleTest := Sample()
	wantFirstOfEachClass(t, sampleTrain, train)
	wantFirstOfEachClass(t, sampleTest, test)
}

// wantMoments checks what was measured against CIFAR-10's constants.
func wantMoments(t *testing.T, got images.Moments, tolerance float64) {
	t.Helper()
	for c := range Channels {
		if !(math.Abs(got.Mean[c]-Moments10.Mean[c]) <= tolerance && math.Abs(got.Std[c]-Moments10.Std[c]) <= tolerance) {
			t.Errorf("moments are %v, want %v ± %g", got, Moments10, tolerance)
		}
	}
}

func TestMomentsOfTheSample(t *testing.T) {
	train, _ := Sample()
	wantMoments(t, train.Measure(), 0.02) // it is real data
}

// wantFirstOfEachClass checks a sample against the data it was taken from.
func wantFirstOfEachClass(t *testing.T, sample, whole images.Set) {
	t.Helper()
	next := make([]int, len(whole.Classes))
	for i, label := range whole.Labels {
		at := next[label]*len(whole.Classes) + int(label)
		if at < sample.Len() && !slices.Equal(sample.Pixels(at), whole.Pixels(i)) {
			t.Fatalf("image %d of the sample is not image %d of the whole", at, i)
		}
		next[label]++
	}
}
