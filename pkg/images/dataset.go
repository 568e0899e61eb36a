// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"sync/atomic"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/train"
)

// prefetch is how many batches are made ahead. One would do if all steps took equally long.
const prefetch = 3

// Options say how a [Dataset] yields a set.
type Options struct {
	Name      string // for progress and metrics; "images" if empty
	BatchSize int
	Seed      uint64 // decides order and augmentation
	Shuffle   bool   // a new order in each epoch, instead of the set's own
	Augment   Augment
	// DropLast leaves the last, smaller batch of an epoch out, so that a graph is compiled for one shape only. Which
	// images that leaves out changes from epoch to epoch if Shuffle is set.
	DropLast bool
}

// Dataset yields a set in batches. An epoch holds each image exactly once (unless DropLast), and what a batch holds
// depends on the options, the epoch and the step only: not on what was asked for before, nor on timing.
//
// It is a GoMLX [train.Dataset]. A batch is one input, uint8 [batch, height, width, channels], and one label tensor, int32
// [batch, 1]; both are new and belong to the receiver, as GoMLX's trainer expects.
type Dataset struct {
	set       Set
	options   Options
	nextEpoch atomic.Int64
}

var _ train.Dataset = (*Dataset)(nil)

// NewDataset yields the given set, which must not change while the dataset is in use. It returns an error if the set
// is inconsistent, if an option is out of range, or if an epoch would be empty.
func NewDataset(set Set, options Options) (*Dataset, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	if err := options.Augment.check(&set); err != nil {
		return nil, err
	}
	if options.BatchSize < 1 {
		return nil, fmt.Errorf("images: batch size %d, want at least 1", options.BatchSize)
	}
	if options.Name == "" {
		options.Name = "images"
	}
	d := &Dataset{set: set, options: options}
	if d.Steps() == 0 {
		return nil, fmt.Errorf("images: dataset %q: %d pictures make no batch of %d", options.Name, set.Len(), options.BatchSize)
	}
	return d, nil
}

// Name is the dataset's name, for progress and metrics.
func (d *Dataset) Name() string { return d.options.Name }

// BatchSize is the number of images in a batch; the last batch of an epoch may be smaller.
func (d *Dataset) BatchSize() int { return d.options.BatchSize }

// Len is the number of images in an epoch.
func (d *Dataset) Len() int {
	if d.options.DropLast {
		return d.set.Len() / d.options.BatchSize * d.options.BatchSize
	}
	return d.set.Len()
}

// Steps is the number of batches in an epoch.
func (d *Dataset) Steps() int { return (d.Len() + d.options.BatchSize - 1) / d.options.BatchSize }

// Iter yields one epoch: the first call epoch 0, the next call epoch 1, and so on. Training that is to be resumed
// counts epochs itself and uses [Dataset.From].
func (d *Dataset) Iter() iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		d.From(int(d.nextEpoch.Add(1)-1), 0)(yield)
	}
}

// From yields the batches of one epoch from the given step on, both counted from 0; none if step is Steps(). They are
// made ahead on another goroutine, which has ended when the loop over them has.
func (d *Dataset) From(epoch, step int) iter.Seq2[train.Batch, error] {
	return func(yield func(train.Batch, error) bool) {
		if epoch < 0 || step < 0 || step > d.Steps() {
			yield(train.Batch{}, fmt.Errorf("images: dataset %q has no epoch %d, step %d: an epoch has %d steps",
				d.Name(), epoch, step, d.Steps()))
			return
		}
		ready := make(chan made, prefetch)
		stop := make(chan struct{})
		go d.produce(epoch, step, ready, stop)
		defer func() { // also when the loop's body panics
			close(stop)
			for unused := range ready {
				_ = unused.batch.Finalize()
			}
		}()
		for next := range ready {
			if !yield(next.batch, next.err) || next.err != nil {
				return
			}
		}
	}
}

// made is a batch or why there is none.
type made struct {
	batch train.Batch
	err   error
}

// produce makes the batches of an epoch until the last one or until stop is closed; then it closes ready.
func (d *Dataset) produce(epoch, step int, ready chan<- made, stop <-chan struct{}) {
	defer close(ready)
	order := d.order(epoch)
	for ; step < d.Steps(); step++ {
		from := step * d.options.BatchSize
		batch, err := d.batch(epoch, order[from:min(from+d.options.BatchSize, len(order))])
		select {
		case ready <- made{batch, err}:
		case <-stop:
			_ = batch.Finalize()
			return
		}
	}
}

// order is the sequence of an epoch's images.
func (d *Dataset) order(epoch int) []int {
	if d.options.Shuffle {
		return rand.New(rand.NewPCG(d.options.Seed, uint64(epoch))).Perm(d.set.Len())
	}
	order := make([]int, d.set.Len())
	for i := range order {
		order[i] = i
	}
	return order
}

// batch puts the images with the given indices into new tensors.
func (d *Dataset) batch(epoch int, indices []int) (train.Batch, error) {
	images := tensors.FromShape(shapes.Make(dtypes.Uint8, len(indices), d.set.Height, d.set.Width, d.set.Channels))
	labels := tensors.FromShape(shapes.Make(dtypes.Int32, len(indices), 1))
	batch := train.Batch{Inputs: []*tensors.Tensor{images}, Labels: []*tensors.Tensor{labels}}
	err := tensors.MutableFlatData(images, func(flat []uint8) {
		for to, index := range indices {
			d.options.Augment.apply(flat[to*d.set.size():(to+1)*d.set.size()], &d.set, index, d.options.Seed, epoch)
		}
	})
	if err != nil {
		return batch, fmt.Errorf("images: pictures of a batch: %w", err)
	}
	err = tensors.MutableFlatData(labels, func(flat []int32) {
		for to, index := range indices {
			flat[to] = d.set.Labels[index]
		}
	})
	if err != nil {
		return batch, fmt.Errorf("images: labels of a batch: %w", err)
	}
	return batch, nil
}
