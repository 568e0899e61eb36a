// SPDX-License-Identifier: Apache-2.0

// Package trained_test checks the runs that are kept in this folder.
package trained_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// largest is what all runs together may weigh, in bytes.
const largest = 40_000_000

// SHA256SUMS names every file of every run, and every list of results, with its digest, in the form that sha256sum -c reads: it is what
// `sha256sum */*/* */*.jsonl` prints.
func TestDigests(t *testing.T) {
	text, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*/*/*")
	if err != nil {
		t.Fatal(err)
	}
	lists, err := filepath.Glob("*/*.jsonl")
	if err != nil || len(lists) == 0 {
		t.Fatalf("lists of results: %v, %v", lists, err)
	}
	var sums []string
	size := 0
	for _, file := range append(files, lists...) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		size += len(content)
		sums = append(sums, fmt.Sprintf("%x  %s", sha256.Sum256(content), filepath.ToSlash(file)))
	}
	written := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range sums {
		if !slices.Contains(written, line) {
			t.Errorf("SHA256SUMS lacks %s", line)
		}
	}
	if len(written) != len(sums) {
		t.Errorf("SHA256SUMS has %d lines, there are %d files", len(written), len(sums))
	}
	if size > largest {
		t.Errorf("the runs take %d bytes, at most %d are allowed", size, largest)
	}
}

// Every run has the log that made it and the result; those of seed 1 of the presets that are made for a time have their weights.
func TestRunsAreWhole(t *testing.T) {
	runs, err := filepath.Glob("*/*-seed*")
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) == 0 {
		t.Fatal("no runs")
	}
	for _, run := range runs {
		needed := []string{"history.jsonl", "result.json"}
		if slices.Contains([]string{"class", "hour"}, filepath.Dir(run)) && strings.HasSuffix(run, "-seed1") {
			needed = append(needed, "best.safetensors")
		}
		for _, name := range needed {
			if _, err := os.Stat(filepath.Join(run, name)); err != nil {
				t.Error(err)
			}
		}
	}
}
