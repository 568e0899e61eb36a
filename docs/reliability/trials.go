// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A bench is the folder of the experiments and what they have found.
type bench struct {
	dir     string
	program string // skipnets, built
	epochs  int    // of a training
	trials  []trial
}

// A trial is one thing done to a process, or one look at what came of it.
type trial struct {
	Job   string // "set-up", "training"
	What  string // "killed", "compared with an unbroken run"
	Where string // what it was at: the last that it had said
	Fault string // what is wrong; "" if nothing
}

// names lists the experiments.
func names() string { return strings.Join(slices.Sorted(maps.Keys(experiments)), ", ") }

func (b *bench) path(elements ...string) string {
	return filepath.Join(append([]string{b.dir}, elements...)...)
}

func (b *bench) load() error {
	text, err := os.ReadFile(b.path("trials.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		var t trial
		if err := json.Unmarshal([]byte(line), &t); err != nil {
			return fmt.Errorf("%s: %w", b.path("trials.jsonl"), err)
		}
		b.trials = append(b.trials, t)
	}
	return nil
}

// note keeps a trial and says what it was.
func (b *bench) note(t trial, fault error) error {
	if fault != nil {
		t.Fault = fault.Error()
	}
	fmt.Printf("%s: %s: %s %s\n", t.Job, t.What, t.Where, t.Fault)
	b.trials = append(b.trials, t)
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(b.path("trials.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// count is how many trials of a kind there are.
func (b *bench) count(job, what string) (n int) {
	for _, t := range b.trials {
		if t.Job == job && t.What == what {
			n++
		}
	}
	return n
}

// table counts the trials, as Markdown: by kind, and then the kills by what they fell on.
func (b *bench) table() string {
	var out strings.Builder
	out.WriteString("\n| of | what was done | times | faults |\n|---|---|---:|---:|\n")
	type kind struct{ job, what string }
	var kinds []kind
	times, faults, places := map[kind]int{}, map[kind]int{}, map[[2]string]int{}
	for _, t := range b.trials {
		k := kind{t.Job, t.What}
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
		times[k]++
		if t.Fault != "" {
			faults[k]++
		}
		if t.What == killed {
			places[[2]string{t.Job, t.Where}]++
		}
	}
	for _, k := range kinds {
		fmt.Fprintf(&out, "| %s | %s | %d | %d |\n", k.job, k.what, times[k], faults[k])
	}
	out.WriteString("\n| killed | after it had said | times |\n|---|---|---:|\n")
	for _, p := range slices.SortedFunc(maps.Keys(places), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		fmt.Fprintf(&out, "| %s | %s | %d |\n", p[0], p[1], places[p])
	}
	return out.String()
}
