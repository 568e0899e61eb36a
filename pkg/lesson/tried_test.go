// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTried(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "losses.jsonl")
	if none, err := ReadTried(file); err != nil || len(none) != 0 {
		t.Errorf("a file that is not there gives %v, %v", none, err)
	}
	first := Tried{Experiment: "rescue", Arm: "plain", Depth: 56, Images: 4000, Recipe: "quick", Seed: 1, Losses: []float64{2.3, 1.9}}
	second := first
	second.Arm, second.Losses, second.Diverged = "residual", []float64{2.5}, true
	for _, tried := range []Tried{first, second} {
		if err := AppendTried(file, tried); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadTried(file)
	if err != nil || len(got) != 2 || !got[0].Same(first) || !got[1].Same(second) || got[0].Same(second) {
		t.Fatalf("read %v, %v", got, err)
	}
	if got[0].Last() != 1.9 || !math.IsNaN(got[1].Last()) {
		t.Errorf("last losses %g and %g", got[0].Last(), got[1].Last())
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"not JSON", "{}", "null"} {
		if err := os.WriteFile(file, append(kept[:len(kept):len(kept)], line...), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadTried(file); err == nil || !strings.Contains(err.Error(), "line 3") {
			t.Errorf("the line %s gives %v", line, err)
		}
	}
}
