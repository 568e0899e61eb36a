// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"errors"
	"io"

	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Watch shows a training in a notebook: a bar and a line an epoch on its writer, and below them a curve of the losses that
// grows in place. It is a [recipe.Progress]; call Done when the training has ended.
type Watch struct {
	recipe.Progress // the bar

	title   string
	history recipe.History
	live    *plots.Live
	err     error
}

// highest is how many times the training loss a held-out loss may be to be drawn. In the first epochs of a deep network the
// running averages of its norms lag so far behind that it may be thousands of times as large, and nothing else could be seen.
const highest = 10

// NewWatch returns a Watch that writes to w, such as os.Stdout, and has drawn nothing yet.
func NewWatch(title string, w io.Writer) *Watch {
	return &Watch{Progress: recipe.NewBar(w), title: title, live: plots.NewLive()}
}

// Epoch adds an epoch to the curve.
func (w *Watch) Epoch(record recipe.Record, epochs int) {
	w.Progress.Epoch(record, epochs)
	w.history = append(w.history, record)
	figure, err := w.figure()
	if err == nil {
		err = w.live.Update(figure)
	}
	if w.err == nil && !errors.Is(err, plots.ErrNoNotebook) { // a program gets the lines alone
		w.err = err
	}
}

// Done takes the curve away, since the lines say what came of the few epochs, and returns what went wrong in drawing.
func (w *Watch) Done() error {
	if w.err != nil {
		return w.err
	}
	return w.live.Clear()
}

func (w *Watch) figure() ([]byte, error) {
	training, heldOut := plots.Series{Name: "training"}, plots.Series{Name: "held out"}
	for _, r := range w.history {
		epoch := float64(r.Epoch) // a resumed training begins at a later one
		training.X, training.Y = append(training.X, epoch), append(training.Y, r.TrainLoss)
		if r.HeldOutLoss <= highest*r.TrainLoss {
			heldOut.X, heldOut.Y = append(heldOut.X, epoch), append(heldOut.Y, r.HeldOutLoss)
		}
	}
	series := []plots.Series{training}
	if len(heldOut.X) > 0 {
		series = append(series, heldOut)
	}
	return plots.Curves(plots.Axes{Title: w.title, X: "epoch", Y: "loss"}, series...)
}
