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

// Done leaves the finished curve as the cell's output, and returns what went wrong in drawing. A training that was loaded
// leaves nothing.
func (w *Watch) Done() error {
	if w.err != nil {
		return w.err
	}
	return w.live.Finish()
}

func (w *Watch) figure() ([]byte, error) {
	epoch := func(r recipe.Record) float64 { return float64(r.Epoch) }
	loss := func(name string, of func(recipe.Record) float64) plots.Series {
		return plots.Series{Name: name, X: w.history.Series(epoch), Y: w.history.Series(of)} // a resumed training begins at a later epoch
	}
	return plots.Curves(plots.Axes{Title: w.title, X: "epoch", Y: "loss"},
		loss("training", func(r recipe.Record) float64 { return r.TrainLoss }),
		loss("held out", func(r recipe.Record) float64 { return r.HeldOutLoss }))
}
