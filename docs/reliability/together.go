// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// atOnce starts n processes, or if that is 0 two and then five: with one folder of a training, a folder for each, and one home.
func (b *bench) atOnce(ctx context.Context, n int) error {
	numbers := []int{2, 5}
	if n > 0 {
		numbers = []int{n}
	}
	for _, n := range numbers {
		if err := b.oneTraining(ctx, n); err != nil {
			return err
		}
		if err := b.manyTrainings(ctx, n); err != nil {
			return err
		}
		if err := b.oneHome(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// oneHome lets all make the same home ready: each of them ends well, and the home is as if made by one.
func (b *bench) oneHome(ctx context.Context, n int) error {
	j := b.setUp()
	want, err := b.reference(ctx, j)
	if err != nil {
		return err
	}
	if err := empty(j.dir); err != nil {
		return err
	}
	var failed error
	for _, e := range b.several(ctx, j, n) {
		if e.err != nil {
			failed = errors.Join(failed, fmt.Errorf("%w: %s", e.err, e.said))
		}
	}
	if err := b.note(trial{Job: j.name, What: fmt.Sprintf("%d %s, with one home", n, together)}, failed); err != nil {
		return err
	}
	return b.compare(j, want, ending{})
}

// oneTraining has one train and the others say that the folder is in use, or find that all has been done.
func (b *bench) oneTraining(ctx context.Context, n int) error {
	j := b.training(1)
	want, err := b.reference(ctx, j)
	if err != nil {
		return err
	}
	if err := empty(j.dir); err != nil {
		return err
	}
	var fault error
	trained := 0
	for _, e := range b.several(ctx, j, n) {
		switch {
		case e.err == nil:
			trained++
		case !strings.Contains(e.said, "is in use by another training, process "):
			fault = errors.Join(fault, fmt.Errorf("%w: %s", e.err, e.said))
		}
	}
	if trained == 0 {
		fault = errors.Join(fault, errors.New("none has trained"))
	}
	if err := b.note(trial{Job: j.name, What: fmt.Sprintf("%d %s, in one folder", n, together)}, fault); err != nil {
		return err
	}
	return b.compare(j, want, ending{})
}

// manyTrainings gives each its own seed, and so its own folder: all train, and the first one as if alone.
func (b *bench) manyTrainings(ctx context.Context, n int) error {
	first := b.training(1)
	want, err := b.reference(ctx, first)
	if err != nil {
		return err
	}
	if err := empty(first.dir); err != nil {
		return err
	}
	var running []process
	for i := range n {
		running = append(running, b.start(ctx, b.training(i+1), fmt.Sprint(i+1)))
	}
	var failed error
	for _, p := range running {
		if e := p.wait(0); e.err != nil {
			failed = errors.Join(failed, fmt.Errorf("%w: %s", e.err, e.said))
		}
	}
	if err := b.note(trial{Job: first.name, What: fmt.Sprintf("%d %s, of different seeds", n, together)}, failed); err != nil {
		return err
	}
	return b.compare(first, want, ending{})
}

func (b *bench) several(ctx context.Context, j job, n int) (endings []ending) {
	var running []process
	for i := range n {
		running = append(running, b.start(ctx, j, fmt.Sprint(i+1)))
	}
	for _, p := range running {
		endings = append(endings, p.wait(0))
	}
	return endings
}
