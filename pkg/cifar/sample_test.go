// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/pkg/images"
)

func TestSample(t *testing.T) {
	train, test := Sample()
	for _, c := range []struct {
		name   string
		set    images.Set
		len    int
		digest string // of the pixels
	}{
		{"train", train, 1000, "919f973b892b3c569c1505b9b4785fab2d2be715c167cedbb9e19a1746c8738c"},
		{"test", test, 500, "a21f216fb363c15f4ca15ba6460882b10f90a9d82f1a9ed98971004c065e42cb"},
	} {
		if c.set.Len() != c.len {
			t.Errorf("%s has %d images, want %d", c.name, c.set.Len(), c.len)
		}
		if err := c.set.Check(); err != nil {
			t.Error(err)
		}
		for i, label := range c.set.Labels {
			if int(label) != i%10 {
				t.Fatalf("%s: image %d has label %d, want %d", c.name, i, label, i%10)
			}
		}
		digest := sha256.Sum256(c.set.Images)
		if got := hex.EncodeToString(digest[:]); got != c.digest {
			t.Errorf("%s has pixels of sha256 %s, want %s", c.name, got, c.digest)
		}
	}
}

func TestSampleIsACopy(t *testing.T) {
	first, _ := Sample()
	clear(first.Images)
	clear(first.Classes)
	if again, _ := Sample(); equalSets(first, again) || again.Classes[0] != "airplane" {
		t.Error("changing a sample changes the next one")
	}
}

// The batches of CIFAR-10's presets, byte for byte: a change here changes every published training, and runs begun by an
// older version can no longer be resumed. The digests were taken from the program as it was before package images, with
// cifar.Dataset on the same images (commit 3e6afff).
func TestBatchesArePinned(t *testing.T) {
	train, _ := Sample()
	rest, _ := train.Split(train.Len()/10, 0)
	for _, c := range []struct {
		options     images.Options
		epoch, step int
		want        string
	}{
		{images.Options{BatchSize: 50, Seed: 1, Shuffle: true, DropLast: true, Augment: images.Augment{Flip: images.RandomFlip}}, 0, 0,
			"b23c856c48a6a67d56431c7c93a5b5786709c0252aa60e1a50b01dafce4a5b5f"},
		{images.Options{BatchSize: 256, Seed: 1, Shuffle: true, DropLast: true, Augment: images.Augment{Pad: 2, Flip: images.AlternatingFlip}}, 3, 1,
			"055774d16209d794bf3ec4ac686bf97fd20ecb83d91c39bb5849e12a7b4beaec"},
		{images.Options{BatchSize: 256, Seed: 2, Shuffle: true, DropLast: true, Augment: images.Augment{Pad: 4, Flip: images.AlternatingFlip}}, 31, 0,
			"f918a543878ff58ec85786f61018972d383db797828712feaa4ddbebf50c145f"},
		{images.Options{BatchSize: 512, Seed: 3, Shuffle: true, DropLast: true, Augment: images.Augment{Pad: 4, Flip: images.RandomFlip}}, 5, 0,
			"c2dac3d7f915ba8ab7d32a1af145d6f30c9fbbf5a53e0f3ea5080d08bc09c96f"},
		{images.Options{BatchSize: 100, Seed: 3, Shuffle: true, Augment: images.Augment{Pad: 31, Reflect: true}}, 5, 0,
			"4586f9b0fda4cab998feb0501dfd4ca6bacb413a52d79e322b4ebfaf1348014c"},
		{images.Options{BatchSize: 300}, 0, 2,
			"daf98aeb928fd28a9924861521f6c33697d6cacb2a45f7e2589c7cd749454b26"},
	} {
		data, err := images.NewDataset(rest, c.options)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.New()
		for batch, err := range data.From(c.epoch, c.step) {
			if err != nil {
				t.Fatal(err)
			}
			digest.Write(tensors.MustCopyFlatData[uint8](batch.Inputs[0]))
			for _, label := range tensors.MustCopyFlatData[int32](batch.Labels[0]) {
				digest.Write([]byte{byte(label)})
			}
			if err := batch.Finalize(); err != nil {
				t.Fatal(err)
			}
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != c.want {
			t.Errorf("%+v: sha256 is %s, want %s", c.options, got, c.want)
		}
	}
}
