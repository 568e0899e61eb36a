// SPDX-License-Identifier: Apache-2.0

package images

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// plain is a batch as Go slices.
type plain struct {
	images []uint8
	labels []int32
}

// read collects batches, checks their shapes and frees them.
func read(t *testing.T, batches iter.Seq2[train.Batch, error]) (all []plain) {
	t.Helper()
	for batch, err := range batches {
		if err != nil {
			t.Fatal(err)
		}
		images, labels := batch.Inputs[0], batch.Labels[0]
		n := images.Shape().Dimensions[0]
		if err := images.Shape().Check(dtypes.Uint8, n, 32, 32, 3); err != nil {
			t.Fatal(err)
		}
		if err := labels.Shape().Check(dtypes.Int32, n, 1); err != nil {
			t.Fatal(err)
		}
		all = append(all, plain{tensors.MustCopyFlatData[uint8](images), tensors.MustCopyFlatData[int32](labels)})
		if err := batch.Finalize(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func equalBatches(a, b []plain) bool {
	return slices.EqualFunc(a, b, func(a, b plain) bool {
		return slices.Equal(a.images, b.images) && slices.Equal(a.labels, b.labels)
	})
}

// flatten makes one set of batches.
func flatten(batches []plain) Set {
	set := blank(0, 32, 32, 3, ten)
	for _, batch := range batches {
		set.Images = append(set.Images, batch.images...)
		set.Labels = append(set.Labels, batch.labels...)
	}
	return set
}

func newDataset(t testing.TB, set Set, options Options) *Dataset {
	t.Helper()
	d, err := NewDataset(set, options)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var full = Options{BatchSize: 16, Seed: 1, Shuffle: true, Augment: Augment{Pad: 4, Reflect: true, Flip: AlternatingFlip}}

func TestEpochHoldsEachImageOnce(t *testing.T) {
	set := noise(103, ten)
	for _, shuffle := range []bool{false, true} {
		d := newDataset(t, set, Options{BatchSize: 20, Shuffle: shuffle})
		if d.Len() != 103 || d.Steps() != 6 || d.BatchSize() != 20 || d.Name() != "images" {
			t.Errorf("Len, Steps, BatchSize, Name = %d, %d, %d, %q", d.Len(), d.Steps(), d.BatchSize(), d.Name())
		}
		for epoch := range 3 {
			batches := read(t, d.From(epoch, 0))
			if len(batches) != 6 || len(batches[0].labels) != 20 || len(batches[5].labels) != 3 {
				t.Fatalf("%d batches", len(batches))
			}
			got := flatten(batches)
			if equalSets(got, set) == shuffle {
				t.Errorf("Shuffle %v, but the order of epoch %d is another matter", shuffle, epoch)
			}
			if !slices.Equal(sortedImages(got), sortedImages(set)) {
				t.Errorf("epoch %d does not hold each image once, with its label", epoch)
			}
		}
	}
}

func TestDropLast(t *testing.T) {
	d := newDataset(t, noise(103, ten), Options{BatchSize: 20, DropLast: true})
	batches := read(t, d.From(0, 0))
	if d.Len() != 100 || d.Steps() != 5 || len(batches) != 5 || flatten(batches).Len() != 100 {
		t.Errorf("Len %d, Steps %d, %d batches", d.Len(), d.Steps(), len(batches))
	}
}

func TestFromResumesExactly(t *testing.T) {
	set := noise(100, ten)
	d := newDataset(t, set, full)
	for epoch := range 2 {
		unbroken := read(t, d.From(epoch, 0))
		for step := range d.Steps() + 1 {
			resumed := read(t, newDataset(t, set, full).From(epoch, step)) // as in a new process
			if !equalBatches(resumed, unbroken[step:]) {
				t.Errorf("epoch %d resumed at step %d is not the rest of the epoch", epoch, step)
			}
		}
	}
}

func TestSeedAndEpochMatter(t *testing.T) {
	set := noise(100, ten)
	base := read(t, newDataset(t, set, full).From(0, 0))
	if equalBatches(base, read(t, newDataset(t, set, full).From(1, 0))) {
		t.Error("two epochs are equal")
	}
	other := full
	other.Seed++
	if equalBatches(base, read(t, newDataset(t, set, other).From(0, 0))) {
		t.Error("two seeds give one epoch")
	}
}

// TestStreamIsPinned fails when order or augmentation change, as they would with another random generator: then runs
// begun by an older version can no longer be resumed, which must be a decision and not an accident.
func TestStreamIsPinned(t *testing.T) {
	digest := sha256.New()
	for _, batch := range read(t, newDataset(t, noise(100, ten), full).From(7, 3)) {
		digest.Write(batch.images)
	}
	const want = "8633315f6818557c499f48380aa89d8c3b0d00e2b818b17f5e445b57c5d01faa"
	if got := hex.EncodeToString(digest.Sum(nil)); got != want {
		t.Errorf("sha256 is %s, want %s", got, want)
	}
}

func TestIterCountsEpochs(t *testing.T) {
	set := noise(50, ten)
	d := newDataset(t, set, full)
	for epoch := range 3 {
		if !equalBatches(read(t, d.Iter()), read(t, d.From(epoch, 0))) {
			t.Errorf("call %d of Iter is not epoch %d", epoch, epoch)
		}
	}
}

// The bubble of synctest fails the test if a goroutine is left behind.
func TestNoGoroutineIsLeft(t *testing.T) {
	d := newDataset(t, noise(100, ten), full)
	for name, consume := range map[string]func(){
		"to the end": func() { read(t, d.From(0, 0)) },
		"break": func() {
			for range d.From(0, 0) {
				break
			}
		},
		"panic": func() {
			defer func() { _ = recover() }()
			for range d.From(0, 0) {
				panic("in the loop's body")
			}
		},
		"pull": func() {
			next, stop := iter.Pull2(d.From(0, 2))
			next()
			stop()
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(*testing.T) { consume() }) })
	}
}

// A broken loop must not wait until the rest of the epoch is made. What is made can be seen by what is allocated.
func TestBreakIsPrompt(t *testing.T) {
	d := newDataset(t, noise(1000, ten), Options{BatchSize: 1})
	whole := testing.AllocsPerRun(3, func() {
		for batch := range d.From(0, 0) {
			_ = batch.Finalize()
		}
	})
	broken := testing.AllocsPerRun(3, func() {
		for range d.From(0, 0) {
			break
		}
	})
	if broken > whole/10 {
		t.Errorf("%v allocations for one batch, %v for 1,000", broken, whole)
	}
}

func TestNewDatasetErrors(t *testing.T) {
	set := noise(10, ten)
	wrongLabel := set.Clone()
	wrongLabel.Labels[7] = 10
	short := set
	short.Images = set.Images[1:]
	for _, c := range []struct {
		set     Set
		options Options
		want    string
	}{
		{set, Options{}, "batch size 0"},
		{set, Options{BatchSize: -1}, "batch size -1"},
		{set, Options{BatchSize: 11, DropLast: true, Name: "train"}, `dataset "train": 10 pictures make no batch of 11`},
		{Set{}, Options{BatchSize: 1}, "0×0 pixels"},
		{blank(0, 32, 32, 3, ten), Options{BatchSize: 1}, "0 pictures"},
		{set, Options{BatchSize: 1, Augment: Augment{Pad: 32}}, "pads by 32 pixels, want 0 to 31"},
		{set, Options{BatchSize: 1, Augment: Augment{Pad: -1}}, "pad is -1"},
		{set, Options{BatchSize: 1, Augment: Augment{Flip: "upside down"}}, `unknown flip "upside down"`},
		{short, Options{BatchSize: 1}, "30719 bytes of pictures for 10 labels"},
		{wrongLabel, Options{BatchSize: 1}, "picture 7 has label 10"},
	} {
		_, err := NewDataset(c.set, c.options)
		wantError(t, err, c.want)
	}
}

func TestFromOutOfRange(t *testing.T) {
	d := newDataset(t, noise(10, ten), Options{BatchSize: 5, Name: "train"})
	for _, at := range [][2]int{{-1, 0}, {0, -1}, {0, 3}} {
		n := 0
		for _, err := range d.From(at[0], at[1]) {
			n++
			wantError(t, err, `"train"`, "an epoch has 2 steps")
		}
		if n != 1 {
			t.Errorf("epoch and step %v: %d yields, want one error", at, n)
		}
	}
}

// TestTrainer feeds GoMLX's own trainer, which takes the batches' tensors over and frees them.
func TestTrainer(t *testing.T) {
	images := noise(200, ten)
	images.Moments = images.Measure()
	training := newDataset(t, images, Options{BatchSize: 50, Shuffle: true, Augment: Augment{Flip: RandomFlip}})
	linear := Normalized(func(scope *model.Scope, images *graph.Node) *graph.Node {
		return layers.Dense(scope, graph.Reshape(images, images.Shape().Dimensions[0], -1), true, 10)
	}, images.Moments)
	modelFn := func(scope *model.Scope, _ any, inputs []*graph.Node) []*graph.Node {
		return []*graph.Node{linear(scope, inputs[0])}
	}
	accuracy := metric.NewSparseCategoricalAccuracy("accuracy", "acc")
	trainer := train.NewTrainer(goBackend(t), model.NewStore(), modelFn, loss.SparseCategoricalCrossEntropyLogits,
		optimizer.Adam().LearningRate(1e-3).Done(), nil, []metric.Interface{accuracy})
	if _, err := train.NewLoop(trainer).RunEpochs(training, 10); err != nil {
		t.Fatal(err)
	}
	metrics, err := trainer.Eval(newDataset(t, images, Options{BatchSize: 64}))
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.ToScalar[float32](metrics[len(metrics)-1]); !(got > 0.5) { // 0.1 by chance
		t.Errorf("a linear net learns 200 images by heart to %g only", got)
	}
}
