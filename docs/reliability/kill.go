// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// The kinds of trials.
const (
	killed   = "killed with kill -9, then typed again"
	compared = "brought to its end, compared with an unbroken run"
	full     = "met a full disk, and said so"
	together = "run at the same time"
)

// kill kills a job n times at random moments. A run is killed several times over before it is left to end; then another begins.
func (b *bench) kill(ctx context.Context, j job, n int) error {
	want, err := b.reference(ctx, j)
	if err != nil {
		return err
	}
	for b.count(j.name, killed) < n {
		if err := empty(j.dir); err != nil {
			return err
		}
		if err := b.often(ctx, j, want, n); err != nil {
			return err
		}
	}
	return nil
}

// often kills one run until it has had its share.
func (b *bench) often(ctx context.Context, j job, want unbroken, n int) error {
	longest := want.Seconds * j.share * float64(time.Second)
	for kills := range j.kills + 1 {
		var delay time.Duration
		if kills < j.kills && b.count(j.name, killed) < n {
			delay = 1 + time.Duration(longest*math.Pow(rand.Float64(), j.power))
		}
		before, err := j.kept(j.dir)
		if err != nil {
			return err
		}
		ended := b.start(ctx, j, "killed").wait(delay, []func(int){killOne, killAll}[kills%2])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !ended.killed {
			return b.compare(j, want, ended)
		}
		if err := b.note(trial{Job: j.name, What: killed, Where: ended.at()}, b.intact(j, want, before)); err != nil {
			return err
		}
	}
	return nil
}

// intact looks at what a killed process has left: nothing that was kept is lost, and what is there is whole.
func (b *bench) intact(j job, want unbroken, before int) error {
	after, err := j.kept(j.dir)
	if err != nil {
		return err
	}
	if after < before {
		return fmt.Errorf("%d was kept before, and %d is now", before, after)
	}
	return j.whole(j.dir, want.Result)
}
