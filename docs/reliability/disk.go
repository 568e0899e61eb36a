// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// fill has a job run on disks of n sizes that are too small, up to what an unbroken run fills, and then on one with room. The
// disk of one run grows, or each size has a run of its own.
func (b *bench) fill(ctx context.Context, j job, n int, grows bool) (err error) {
	want, err := b.reference(ctx, j)
	if err != nil {
		return err
	}
	if err := empty(j.dir); err != nil {
		return err
	}
	if err := unix.Mount("skipnets", j.dir, "tmpfs", 0, "size=4k"); err != nil {
		return fmt.Errorf("a small disk in memory, for which one has to be root: %w", err)
	}
	defer func() { err = errors.Join(err, unix.Unmount(j.dir, unix.MNT_DETACH)) }()
	for i := range n {
		bytes := want.Bytes * int64(2*i+1) / int64(2*n)
		if err := resize(j.dir, bytes); err != nil {
			return err
		}
		ended := b.start(ctx, j, "full").wait(0)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t := trial{Job: j.name, What: full, Where: fmt.Sprintf("%.2f MB", float64(bytes)/1e6)}
		if err := b.note(t, b.complaint(j, want, ended)); err != nil {
			return err
		}
		if grows && i < n-1 {
			continue
		}
		if err := resize(j.dir, 8<<30); err != nil {
			return err
		}
		if err := b.compare(j, want, b.start(ctx, j, "full").wait(0)); err != nil {
			return err
		}
		if err := empty(j.dir); err != nil {
			return err
		}
	}
	return nil
}

// complaint looks at how a process on a full disk ended: with a sentence that says so, and nothing half-written.
func (b *bench) complaint(j job, want unbroken, ended ending) error {
	switch {
	case ended.err == nil:
		return errors.New("it ended well on a disk that is too small")
	case strings.Contains(ended.said, "Traceback") || strings.Contains(ended.said, "goroutine "):
		return fmt.Errorf("it ended with words for programmers: %s", ended.said)
	case !strings.Contains(ended.said, "disk is full"):
		return fmt.Errorf("it does not say that the disk is full: %s", ended.said)
	}
	return errors.Join(j.whole(j.dir, want.Result), leftovers(j.dir))
}

func resize(dir string, bytes int64) error {
	return unix.Mount("skipnets", dir, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", max(bytes, 4096)))
}
