// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"bytes"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// Outside a notebook there is nothing to draw on: Watch writes its lines and is content.
func TestWatchInAProgram(t *testing.T) {
	var lines strings.Builder
	watch := NewWatch("title", &lines)
	watch.Step(recipe.Status{Epoch: 1, Epochs: 2, Step: 1, Steps: 10, Loss: 2})
	watch.Epoch(recipe.Record{Epoch: 1, TrainLoss: 1.5, HeldOutLoss: 1.75}, 2)
	watch.Epoch(recipe.Record{Epoch: 2, TrainLoss: 1.25, HeldOutLoss: 1.5}, 2)
	if err := watch.Done(); err != nil {
		t.Error(err)
	}
	if got := lines.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "1.250") {
		t.Errorf("it wrote %q", got)
	}
}

// A held-out loss far above the training loss would press all others flat: how far does not show.
func TestWatchLeavesOutWhatIsFarAbove(t *testing.T) {
	figure := func(first float64) []byte {
		t.Helper()
		w := &Watch{title: "title", history: recipe.History{{Epoch: 1, TrainLoss: 2.3, HeldOutLoss: first}, {Epoch: 2, TrainLoss: 2, HeldOutLoss: 2.5}}}
		png, err := w.figure()
		if err != nil {
			t.Fatal(err)
		}
		return png
	}
	if !bytes.Equal(figure(1e3), figure(1e11)) {
		t.Error("a held-out loss of 1e11 is drawn")
	}
	if bytes.Equal(figure(1e3), figure(20)) {
		t.Error("a held-out loss of 20 is not drawn")
	}
	alone := &Watch{history: recipe.History{{Epoch: 1, TrainLoss: 2.3, HeldOutLoss: 1e11}}}
	if _, err := alone.figure(); err != nil {
		t.Errorf("with no held-out loss to draw: %v", err)
	}
}
