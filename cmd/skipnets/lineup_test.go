// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Each preset trains networks that are there, the four families alike.
func TestLineups(t *testing.T) {
	for _, preset := range recipe.PresetNames() {
		l, found := lineups[preset]
		if !found {
			t.Errorf("the preset %s has no networks", preset)
		}
		if names := presetNets(preset); len(names) < 4*len(l.forms) {
			t.Errorf("the preset %s trains %v", preset, names)
		}
		if !slices.IsSortedFunc(l.widths, func(a, b int) int { return b - a }) {
			t.Errorf("the preset %s has the widths %v, want the widest first", preset, l.widths)
		}
	}
}

// A machine that is too slow for the preset's networks gets narrower ones, and never none.
func TestWidest(t *testing.T) {
	l := lineup{forms: []string{"wide-%s-w%d"}, widths: []int{48, 32, 16}, budget: time.Hour}
	for takes, want := range map[time.Duration]int{
		50 * time.Minute:  48,
		70 * time.Minute:  48, // a quarter more is near enough
		80 * time.Minute:  32,
		168 * time.Minute: 32,
		170 * time.Minute: 16,
		100 * time.Hour:   16,
	} {
		if got := l.widest(takes); got != want {
			t.Errorf("if the widest network takes %s, the width is %d, want %d", takes, got, want)
		}
	}
}

// What is begun goes on: no measurement changes the width of a run that is there.
func TestFittingKeepsWhatIsThere(t *testing.T) {
	base := t.TempDir()
	run := filepath.Join(base, "wide-residual-w32-seed7")
	if err := os.Mkdir(run, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run, recipe.HistoryFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	names, err := experiment{}.fitting(t.Context(), "break", base, 7)
	if want := lineups["break"].names(32); err != nil || !slices.Equal(names, want) {
		t.Errorf("%v (%v), want %v", names, err, want)
	}
}

// The measurement takes seconds, and what it chooses is said.
func TestFittingMeasures(t *testing.T) {
	var log strings.Builder
	quick, err := recipe.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	e := experiment{backend: accel.MustNew(""), recipe: quick, progress: &log}
	e.training, e.test = cifar.Sample()
	lineups["test"] = lineup{forms: []string{"compact-%s-w%d"}, widths: []int{8, 4}, budget: time.Nanosecond}
	t.Cleanup(func() { delete(lineups, "test") })
	names, err := e.fitting(t.Context(), "test", t.TempDir(), 1)
	if err != nil || !slices.Equal(names, lineups["test"].names(4)) {
		t.Fatalf("%v (%v)", names, err)
	}
	for _, part := range []string{"compact-residual-w8 would take about", "narrower networks: compact-residual-w4"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("it says %q, without %q", log.String(), part)
		}
	}
}
