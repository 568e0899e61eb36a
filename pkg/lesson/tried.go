// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
)

// A Tried is the training of an [Arm] that is part of the repository. docs/bench/why makes them.
type Tried struct {
	Experiment string    `json:"experiment"` // "rescue", "dial", "gates", "unnormalised"
	Arm        string    `json:"arm"`
	Depth      int       `json:"depth"`
	Images     int       `json:"images"` // to train on
	Recipe     string    `json:"recipe"` // its name
	Seed       int64     `json:"seed"`
	Losses     []float64 `json:"losses"`             // the mean training loss of each epoch
	Diverged   bool      `json:"diverged,omitempty"` // the loss was no number in the epoch after these
	Commit     string    `json:"commit"`             // of the program that trained, as in [recipe.Report]
	Machine    string    `json:"machine"`
}

// Same tells whether two are the same training.
func (t Tried) Same(other Tried) bool {
	return t.Experiment == other.Experiment && t.Arm == other.Arm && t.Depth == other.Depth && t.Images == other.Images &&
		t.Recipe == other.Recipe && t.Seed == other.Seed
}

// Last is the loss of the last epoch, and NaN if the training diverged.
func (t Tried) Last() float64 {
	if t.Diverged || len(t.Losses) == 0 {
		return math.NaN()
	}
	return t.Losses[len(t.Losses)-1]
}

// TriedFile is where the trainings of arms are kept, seen from the notebooks.
var TriedFile = filepath.Join(trainedDir, "why", "losses.jsonl")

// TriedArms reads the trainings of an experiment's arms that are part of the repository, in the order in which they were
// made. It is for the notebooks, whose folder it looks in.
func TriedArms(experiment string) ([]Tried, error) {
	all, err := ReadTried(TriedFile)
	if err != nil {
		return nil, err
	}
	var tried []Tried
	for _, t := range all {
		if t.Experiment == experiment {
			tried = append(tried, t)
		}
	}
	if len(tried) == 0 {
		return nil, fmt.Errorf("lesson: %s has no experiment %q", TriedFile, experiment)
	}
	return tried, nil
}

// ReadTried reads a file of trainings, one JSON object a line. A file that does not exist has none.
func ReadTried(file string) ([]Tried, error) {
	return readLines(file, func(t Tried) bool {
		return t.Experiment != "" && t.Arm != "" && t.Depth > 0 && !slices.ContainsFunc(t.Losses, func(loss float64) bool { return loss < 0 })
	})
}

// AppendTried adds a training to a file.
func AppendTried(file string, t Tried) error { return appendLine(file, t) }
