// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/skipnets/skipnets/internal/whole"
)

// Record is one epoch of training. Losses are mean cross-entropies in nats without label smoothing, accuracies parts
// from 0 to 1. The training figures are means over the epoch, while the weights moved; the held-out ones are
// measured at its end.
type Record struct {
	Epoch            int     `json:"epoch"` // from 1
	Step             int     `json:"step"`  // training steps made so far
	TrainLoss        float64 `json:"train_loss"`
	TrainAccuracy    float64 `json:"train_accuracy"`
	HeldOutLoss      float64 `json:"held_out_loss"`
	HeldOutAccuracy  float64 `json:"held_out_accuracy"`
	LearningRate     float64 `json:"learning_rate"`      // of the last step
	Seconds          float64 `json:"seconds"`            // of training and evaluation since the beginning of the run
	SamplesPerSecond float64 `json:"samples_per_second"` // of training alone
}

// History is a run, epoch by epoch.
type History []Record

// Best is the record with the highest held-out accuracy, the earliest of equals; ok is false for an empty history.
func (h History) Best() (best Record, ok bool) {
	for _, r := range h {
		if !ok || r.HeldOutAccuracy > best.HeldOutAccuracy {
			best, ok = r, true
		}
	}
	return best, ok
}

// Last is the newest record; ok is false for an empty history.
func (h History) Last() (last Record, ok bool) {
	if len(h) == 0 {
		return Record{}, false
	}
	return h[len(h)-1], true
}

// Series returns one number of each record, as a plot wants them.
func (h History) Series(value func(Record) float64) []float64 {
	values := make([]float64, len(h))
	for i, r := range h {
		values[i] = value(r)
	}
	return values
}

// ReadHistory reads JSON lines, one record a line, as [History.Save] writes them.
func ReadHistory(r io.Reader) (History, error) {
	var h History
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var record Record
		if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
			return nil, fmt.Errorf("history, line %d: %w", n, err)
		}
		if err := record.check(h); err != nil {
			return nil, fmt.Errorf("history, line %d: %w", n, err)
		}
		h = append(h, record)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return h, nil
}

// check returns an error unless the record can be the next one of a history.
func (r Record) check(before History) error {
	last, _ := before.Last()
	isPart := func(x float64) bool { return 0 <= x && x <= 1 }
	switch {
	case r.Epoch != last.Epoch+1:
		return fmt.Errorf("epoch %d follows epoch %d", r.Epoch, last.Epoch)
	case r.Step < last.Step:
		return fmt.Errorf("%d steps after %d", r.Step, last.Step)
	case !isPart(r.TrainAccuracy) || !isPart(r.HeldOutAccuracy):
		return fmt.Errorf("accuracies %g and %g are not from 0 to 1", r.TrainAccuracy, r.HeldOutAccuracy)
	case r.TrainLoss < 0 || r.HeldOutLoss < 0:
		return fmt.Errorf("losses %g and %g below 0", r.TrainLoss, r.HeldOutLoss)
	}
	return nil
}

// LoadHistory reads the file that [History.Save] wrote.
func LoadHistory(path string) (History, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer f.Close()
	return ReadHistory(f)
}

// Save writes the history as JSON lines, replacing the file as a whole.
func (h History) Save(path string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, r := range h {
		if err := encoder.Encode(r); err != nil {
			return fmt.Errorf("history: %w", err)
		}
	}
	if err := whole.WriteFile(path, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
