// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Command reliability does to skipnets what happens to programs, and counts what comes of it: docs/reliability.md has the
// figures.
//
//	go run ./docs/reliability [-n N] [-in DIR] WHAT…
//
// WHAT is one or more of
//
//	kill-setup   kill -9 at random moments of a set-up in an empty home, each time followed by the same command
//	kill-train   the same with a training
//	full-setup   a disk that is full at growing sizes, during the set-up (needs root, for a small disk in memory)
//	full-train   the same during a training
//	at-once      two and five processes with one home, one folder of a training, and folders of their own
//	table        what was found until now
//
// The results are kept in DIR as they come. The same command goes on where an earlier one was stopped.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
)

func main() {
	n := flag.Int("n", 0, "how many kills, sizes or processes (default: 100 kills, 10 sizes each, 2 processes and then 5)")
	dir := flag.String("in", filepath.Join(os.TempDir(), "skipnets-reliability"), "the folder for homes, trainings and results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *n, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "reliability:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, n int, what []string) error {
	if len(what) == 0 {
		flag.Usage()
		return fmt.Errorf("say what: %s", names())
	}
	for _, name := range what {
		if _, ok := experiments[name]; !ok {
			return fmt.Errorf("no experiment %q; there are %s", name, names())
		}
	}
	b, err := newBench(ctx, dir)
	if err != nil {
		return err
	}
	for _, name := range what {
		if err := experiments[name].do(ctx, b, n); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	fmt.Print(b.table())
	return nil
}

// experiments are all that can be asked for.
var experiments = map[string]experiment{
	"kill-setup": {func(ctx context.Context, b *bench, n int) error { return b.kill(ctx, b.setUp(), or(n, 100)) }},
	"kill-train": {func(ctx context.Context, b *bench, n int) error { return b.kill(ctx, b.training(1), or(n, 100)) }},
	"full-setup": {func(ctx context.Context, b *bench, n int) error { return b.fill(ctx, b.setUp(), or(n, 10), true) }},
	"full-train": {func(ctx context.Context, b *bench, n int) error { return b.fill(ctx, b.training(1), or(n, 10), false) }},
	"at-once":    {func(ctx context.Context, b *bench, n int) error { return b.atOnce(ctx, n) }},
	"table":      {func(context.Context, *bench, int) error { return nil }},
}

type experiment struct {
	do func(ctx context.Context, b *bench, n int) error
}

// newBench builds the program from the checkout around the working directory, and makes the folder.
func newBench(ctx context.Context, dir string) (*bench, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	b := &bench{dir: dir, program: filepath.Join(dir, "skipnets"), epochs: 30}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.program, "github.com/skipnets/skipnets/cmd/skipnets")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build skipnets: %w", err)
	}
	return b, b.load()
}

func or(n, usual int) int {
	if n > 0 {
		return n
	}
	return usual
}
