// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestDir(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/cache")
	for _, c := range []struct{ data, home, want string }{
		{"", "", "/cache/skipnets/cifar-10-batches-bin"},
		{"", "/home", "/home/cifar-10-batches-bin"},
		{"/data.tar.gz", "/home", "/data.tar.gz"},
	} {
		t.Setenv(EnvData, c.data)
		t.Setenv(EnvHome, c.home)
		if got, err := Dir(); err != nil || got != c.want {
			t.Errorf("with data %q and home %q Dir() = %q, %v; want %q", c.data, c.home, got, err, c.want)
		}
	}
}

func TestOpenQuick(t *testing.T) {
	t.Setenv(EnvQuick, "1")
	t.Setenv(EnvData, "/nowhere")
	train, test, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	wantTrain, wantTest := Sample()
	if !equalSets(train, wantTrain) || !equalSets(test, wantTest) {
		t.Error("quick mode does not open the sample")
	}
}

func TestOpenAbsent(t *testing.T) {
	t.Setenv(EnvQuick, "")
	t.Setenv(EnvData, filepath.Join(t.TempDir(), "nowhere"))
	_, _, err := Open()
	wantError(t, err, os.Getenv(EnvData), "skipnets lab", EnvData, EnvQuick)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %q is not fs.ErrNotExist", err)
	}
}

func TestOpenVerifies(t *testing.T) {
	dir := t.TempDir()
	for _, file := range append(cifar10.train[:5:5], cifar10.test...) {
		name := filepath.Join(dir, file.name)
		saveFile(t, name, nil)
		if err := os.Truncate(name, int64(file.records*cifar10.recordBytes())); err != nil { // black airplanes, sparse
			t.Fatal(err)
		}
	}
	t.Setenv(EnvQuick, "")
	t.Setenv(EnvData, dir)
	_, _, err := Open()
	wantError(t, err, filepath.Join(dir, "data_batch_1.bin"), ErrDigest.Error())
	if !errors.Is(Verify(dir), ErrDigest) {
		t.Error("Verify accepts black images")
	}
	train, test, err := Load(dir)
	if err != nil || train.Len() != 50_000 || test.Len() != 10_000 {
		t.Errorf("Load gives %d and %d images, %v", train.Len(), test.Len(), err)
	}
}

// TestOfficialData needs the 60,000 images; all that it tests of this package's code is tested on other data too.
// What it adds is that the constants in this package are true.
func TestOfficialData(t *testing.T) {
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("CIFAR-10 is not here: %v", err)
	}
	t.Setenv(EnvQuick, "")
	train, test, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set    Set
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
		if err := cifar10.encode(digest, c.set); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != c.digest {
			t.Errorf("records have sha256 %s, want %s", got, c.digest)
		}
	}
	wantMoments(t, train.Moments(), Moments10, 1e-5)
	sampleTrain, sampleTest := Sample()
	wantFirstOfEachClass(t, sampleTrain, train)
	wantFirstOfEachClass(t, sampleTest, test)
}

// wantFirstOfEachClass checks a sample against the data it was taken from.
func wantFirstOfEachClass(t *testing.T, sample, whole Set) {
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
