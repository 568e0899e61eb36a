// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

// The short form of what docs/reliability.md counts: a training that is killed, and one that is started twice. (The set-up is
// killed by .ci/run; of full disks the tests of recipe and whole speak.)
func TestShort(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves killed trainings out")
	}
	b, err := newBench(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.epochs = 3
	if err := b.kill(t.Context(), b.training(1), 2); err != nil {
		t.Fatal(err)
	}
	if err := b.oneTraining(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	for _, trial := range b.trials {
		if trial.Fault != "" {
			t.Errorf("%+v", trial)
		}
	}
	again := &bench{dir: b.dir} // as when the command is typed again
	if err := again.load(); err != nil || !slices.Equal(again.trials, b.trials) || again.count("training", killed) != 2 {
		t.Errorf("kept are %+v, %v, of %+v", again.trials, err, b.trials)
	}
	if table := again.table(); !strings.Contains(table, "| training | "+killed+" | 2 | 0 |") {
		t.Errorf("the table is\n%s", table)
	}
}

// The comparisons have to see what they are for.
func TestFaultsAreSeen(t *testing.T) {
	want := manifest{"a": "1", "b": "2"}
	for _, got := range []manifest{{"a": "1"}, {"a": "1", "b": "3"}, {"a": "1", "b": "2", "c": "4"}} {
		if unlike(got, want) == nil {
			t.Errorf("%v is taken for %v", got, want)
		}
	}
	if err := unlike(want, want); err != nil {
		t.Error(err)
	}
	home := t.TempDir()
	for _, m := range milestones {
		file := filepath.Join(home, m.file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("whole"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	done, err := homeFiles(home)
	if err != nil || wholeSteps(home, done) != nil || leftovers(home) != nil {
		t.Errorf("a whole home: %v, %v, %v", err, wholeSteps(home, done), leftovers(home))
	}
	if n, err := stepsDone(home); err != nil || n != len(milestones) {
		t.Errorf("%d steps done, %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(home, "bin", "gopls"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if wholeSteps(home, done) == nil {
		t.Error("half a program is taken for a whole one")
	}
	if err := os.Mkdir(filepath.Join(home, "bin.tmp-1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if leftovers(home) == nil {
		t.Error("a folder that was left behind is not seen")
	}
	b := &bench{}
	for said, want := range map[string]bool{"the disk is full: make room": true, "no space left": false, "the disk is full\ngoroutine 1 [running]:": false} {
		j := job{whole: func(string, manifest) error { return nil }, dir: t.TempDir()}
		if got := b.complaint(j, unbroken{}, ending{said: said, err: os.ErrInvalid}); (got == nil) != want {
			t.Errorf("%q: %v", said, got)
		}
	}
}

// A process is killed with all that it has started, or alone.
func TestDescendants(t *testing.T) {
	parent := exec.Command("sh", "-c", "sleep 600 & sleep 600 & wait")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := parent.Process.Pid
	for start := time.Now(); len(descendants(pid)) < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("there are no children after a minute")
		}
	}
	children := descendants(pid)
	killAll(pid)
	_ = parent.Wait() // it was killed
	for _, child := range children {
		for start := time.Now(); isAlive(child); time.Sleep(10 * time.Millisecond) {
			if time.Since(start) > time.Minute {
				t.Fatalf("process %d goes on", child)
			}
		}
	}
}

// isAlive tells whether a process runs: one that has ended has no command line, even if its number is still taken.
func isAlive(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && len(line) > 0
}
