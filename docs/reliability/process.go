// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process is a running skipnets. What it says goes to a file: a pipe would be held open by the programs that it starts.
type process struct {
	cmd *exec.Cmd
	log string
	err error // of its start
}

// An ending is how a process ended.
type ending struct {
	killed bool
	err    error
	said   string // all of it
}

// start begins a job. The log is the name of a file.
func (b *bench) start(ctx context.Context, j job, log string) process {
	p := process{log: b.path(j.name + "-" + log + ".log")}
	out, err := os.Create(p.log)
	if err != nil {
		return process{err: err}
	}
	defer out.Close()
	p.cmd = exec.CommandContext(ctx, b.program, j.args...)
	p.cmd.Env = append(os.Environ(), j.env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.err = p.cmd.Start()
	return p
}

// wait waits for the end, or kills the process after a delay that is not 0. kill is called instead of the usual one.
func (p process) wait(delay time.Duration, kill ...func(pid int)) (e ending) {
	if p.err != nil {
		return ending{err: p.err}
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	var alarm <-chan time.Time
	if delay > 0 {
		alarm = time.After(delay)
	}
	select {
	case e.err = <-ended:
	case <-alarm:
		for _, f := range kill {
			f(p.cmd.Process.Pid)
		}
		e.killed, e.err = true, <-ended
	}
	text, err := os.ReadFile(p.log)
	if e.said = string(text); e.err == nil {
		e.err = err
	}
	return e
}

// at is the last thing that a process said of its work, without what differs from run to run.
func (e ending) at() string {
	last := "nothing yet"
	for _, line := range strings.FieldsFunc(e.said, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line != "" {
			last = line
		}
	}
	switch {
	case strings.HasPrefix(last, "epoch "):
		return "an epoch's figures"
	case strings.Contains(last, " by recipe "):
		return "the network's name"
	}
	last, _, _ = strings.Cut(last, ":") // a path follows, or a version
	return strings.Trim(last, "✓… ")
}

// killOne kills the process alone: what it has started goes on for a while.
func killOne(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }

// killAll kills it with all that it has started, as when a machine goes down.
func killAll(pid int) {
	children := descendants(pid)
	killOne(pid)
	for _, child := range children {
		killOne(child)
	}
}

// descendants are the processes that a process has started, and those that they have.
func descendants(pid int) (all []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // only a malformed pattern is an error
	parents := map[int]int{}
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it has ended
		}
		var child, parent int
		var state string
		_, rest, _ := strings.Cut(string(text), ") ") // the program's name may hold anything
		if _, err := fmt.Sscan(rest, &state, &parent); err != nil {
			continue
		}
		_, _ = fmt.Sscan(string(text), &child)
		parents[child] = parent
	}
	for child := range parents {
		for up := parents[child]; up > 1; up = parents[up] {
			if up == pid {
				all = append(all, child)
				break
			}
		}
	}
	return all
}
