// SPDX-License-Identifier: Apache-2.0

package lesson

import (
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
