// SPDX-License-Identifier: Apache-2.0

// Growth measures how a training step, its compilation and its memory grow with depth, width and batch size. It prints
// tables for docs/performance.md; go run ./docs/bench/tables then draws docs/growth.png from that page. Nothing else should run meanwhile.
//
//	go run ./docs/bench/growth [-steps 10]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/skipnets/skipnets/pkg/nets"
)

// A row is what skipnets bench says of one network. Each is measured in a process of its own, so that the peak of memory
// is its own too.
type row struct {
	net   string
	batch int

	ImagesPerSecond float64 `json:"train_per_second"`
	FirstStep       float64 `json:"first_step"`  // s
	Memory          float64 `json:"peak_memory"` // bytes
}

func (r row) stepMilliseconds() float64 { return 1000 * float64(r.batch) / r.ImagesPerSecond }

func measure(ctx context.Context, program string, steps int, net string, batch int) (row, error) {
	r := row{net: net, batch: batch}
	out, err := exec.CommandContext(ctx, program, "bench", "-json", "-precision", "bf16", "-steps", strconv.Itoa(steps), "-batch", strconv.Itoa(batch), net).Output()
	if err != nil {
		return r, fmt.Errorf("bench %s: %w", net, err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("bench %s printed %q: %w", net, out, err)
	}
	return r, nil
}

func main() {
	steps := flag.Int("steps", 10, "steps, of which the median counts")
	flag.Parse()
	if err := run(context.Background(), *steps); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, steps int) error {
	dir, err := os.MkdirTemp("", "growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "skipnets")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/skipnets").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	table := func(title, varied string, rows []row) {
		fmt.Printf("\n%s\n\n| %s | step, ms | images/s | first step, s | peak memory, GB |\n|---|--:|--:|--:|--:|\n", title, varied)
		for _, r := range rows {
			name := r.net
			if varied == "batch" {
				name = strconv.Itoa(r.batch)
			}
			fmt.Printf("| %s | %.0f | %.0f | %.1f | %.2f |\n", name, r.stepMilliseconds(), r.ImagesPerSecond, r.FirstStep, r.Memory/1e9)
		}
	}
	all := func(batch int, names ...string) ([]row, error) {
		var rows []row
		for _, net := range names {
			r, err := measure(ctx, program, steps, net, batch)
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
		return rows, nil
	}

	depths := []int{20, 32, 56, 110}
	for _, family := range nets.Compared() {
		var names []string
		for _, depth := range depths {
			names = append(names, fmt.Sprintf("%s-%d", family.Name, depth))
		}
		rows, err := all(128, names...)
		if err != nil {
			return err
		}
		table("Depth, batch 128:", "network", rows)
	}
	widths, err := all(256, "wide-residual-w16", "wide-residual-w24", "wide-residual-w32", "wide-residual-w48")
	if err != nil {
		return err
	}
	table("Width, batch 256:", "network", widths)
	var batches []row
	for _, batch := range []int{32, 64, 128, 256, 512} {
		rows, err := all(batch, "residual-20")
		if err != nil {
			return err
		}
		batches = append(batches, rows...)
	}
	table("Batch, residual-20:", "batch", batches)

	return nil
}
