// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress is told how a training goes on.
type Progress interface {
	Step(Status)                     // after each training step
	Epoch(record Record, epochs int) // after each epoch, its held-out images measured
}

// Status is a training in the middle of an epoch. Loss and Accuracy are means over the epoch so far.
type Status struct {
	Epoch, Epochs    int // the epoch under way, from 1
	Step, Steps      int // made so far, and to make in all
	Loss, Accuracy   float64
	SamplesPerSecond float64
}

// NewBar returns a Progress that draws a bar on w and writes a line at the end of each epoch. The bar shows in a
// terminal and in a GoNB notebook; into a file or pipe go the lines alone, and after a few steps one that says how long the
// training takes on this machine, if that is minutes.
func NewBar(w io.Writer) Progress {
	return &bar{w: w, live: isTerminal(w) || inNotebook(), now: time.Now}
}

type bar struct {
	w     io.Writer
	live  bool
	bar   *progressbar.ProgressBar
	now   func() time.Time
	first int       // step that was seen; it takes longer than others, since it is compiled
	begin time.Time // when it had ended
}

// estimateAfter so many steps the time left is foreseen.
const estimateAfter = 10

func (b *bar) Step(s Status) {
	if !b.live {
		b.estimate(s)
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(s.Steps, progressbar.OptionSetWriter(b.w), progressbar.OptionSetWidth(24),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	b.bar.Describe(fmt.Sprintf("epoch %d/%d  loss %.3f  %.0f images/s", s.Epoch, s.Epochs, s.Loss, s.SamplesPerSecond))
	_ = b.bar.Set(s.Step)
}

// estimate says once how long the training still takes.
func (b *bar) estimate(s Status) {
	switch {
	case b.begin.IsZero():
		b.first, b.begin = s.Step, b.now()
	case s.Step == b.first+estimateAfter:
		left := b.now().Sub(b.begin) / estimateAfter * time.Duration(s.Steps-s.Step)
		if left >= time.Minute {
			fmt.Fprintf(b.w, "about %.0f min to go on this machine\n", left.Minutes())
		}
	}
}

func (b *bar) Epoch(r Record, epochs int) {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
	fmt.Fprintf(b.w, "epoch %2d/%d  training loss %.3f, accuracy %5.1f%%  held-out loss %s, accuracy %5.1f%%  %4.0f images/s  %.0f s\n",
		r.Epoch, epochs, r.TrainLoss, 100*r.TrainAccuracy, shownLoss(r.HeldOutLoss), 100*r.HeldOutAccuracy, r.SamplesPerSecond, r.Seconds)
}

// largestShown is the largest loss whose digits say anything. In the first epochs of a deep network the running averages of its
// norms lag behind, and its held-out loss may have twelve digits.
const largestShown = 100

func shownLoss(loss float64) string {
	if loss > largestShown {
		return fmt.Sprintf("above %d", largestShown)
	}
	return fmt.Sprintf("%.3f", loss)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// inNotebook tells whether this program is a cell of a GoNB notebook, which sets this variable.
func inNotebook() bool { return os.Getenv("GONB_PIPE") != "" }
