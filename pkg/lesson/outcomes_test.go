// SPDX-License-Identifier: Apache-2.0

package lesson

import "testing"

func TestOutcomes(t *testing.T) {
	made := func(arm string, depth int, loss float64, diverged bool) Tried {
		return Tried{Experiment: "rescue", Arm: arm, Depth: depth, Losses: []float64{9, loss}, Diverged: diverged}
	}
	got := OutcomesOf([]Tried{
		made("plain", 56, 2, false), made("residual", 56, 1, false), made("plain", 20, 5, false), made("plain", 56, 4, false),
		made("wild", 56, 3, true), made("half", 56, 3, true), made("half", 56, 2, false),
	}, 56)
	want := []string{
		"plain 3.000 ± 1.414 (2 seeds)", "residual 1.000 (1 seed)", "wild the loss is no number any more (1 seed)",
		"half 2.000 ± 0.000 (2 seeds, of which 1 diverged)",
	}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i, outcome := range got {
		if text := outcome.Arm + " " + outcome.String(); text != want[i] {
			t.Errorf("outcome %d is %q, want %q", i, text, want[i])
		}
	}
}
