// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
)

// The files of a run's directory.
const (
	LatestFile  = "latest.safetensors" // weights, optimizer and place in the data: what a resumed run needs
	BestFile    = "best.safetensors"   // weights and statistics alone, of the epoch with the best held-out accuracy
	HistoryFile = "history.jsonl"
)

// Load reads the network that a run kept, from LatestFile, BestFile or any other weights file. Evaluating it with
// another network than it was trained with is an error.
func Load(path string) (*model.Store, error) {
	store, _, err := LoadWithNotes(path)
	return store, err
}

// SaveNetwork writes the network's weights and BatchNorm statistics, without what only training needs, to a file in
// the safetensors format. Kernels, that is all float32 values of more than one axis, are rounded to float16 there, and
// loaded as float32.
func SaveNetwork(path string, store *model.Store, notes map[string]string) error {
	return saveStore(path, store, ofNetwork, true, notes)
}

// state is where a run stands. It is kept in LatestFile, so that weights and state cannot disagree.
type state struct {
	Identity string      // what is trained, how and on what: a directory serves one run
	Forms    accel.Forms // that the training step was built with, where a tuner chose them

	Epoch int // complete epochs
	Step  int // steps made in the epoch under way
	Total int // steps made in all

	// of the epoch under way
	LossSum      float64
	Correct      float64
	Images       int
	TrainSeconds float64

	Seconds float64 // of the whole run
	Done    bool
}

const stateKey = "skipnets.state"

// save writes LatestFile, unless a weight is not finite: then the last good checkpoint stays.
func (t *trainer) save() error {
	if err := checkFinite(t.store); err != nil {
		return fmt.Errorf("%s: %w", t.place(), err)
	}
	if t.job.Dir == "" {
		return nil
	}
	if t.tuner != nil {
		t.state.Forms = t.tuner.Used()
	}
	text, err := json.Marshal(t.state)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := t.history.Save(filepath.Join(t.job.Dir, HistoryFile)); err != nil {
		return err
	}
	all := func(string) bool { return true } // the random generator's state, too: a network with dropout goes on with it
	notes := t.job.notes()
	notes[stateKey] = string(text)
	return saveStore(filepath.Join(t.job.Dir, LatestFile), t.store, all, false, notes)
}

// place says where the training stands, for errors.
func (t *trainer) place() string {
	return fmt.Sprintf("step %d, learning rate %g", t.state.Total, t.job.Recipe.RateAt(max(0, t.state.Total-1), t.total))
}

// restore reads the checkpoint in the job's directory, if there is one.
func (t *trainer) restore() error {
	if t.job.Dir == "" {
		return nil
	}
	path := filepath.Join(t.job.Dir, LatestFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nothingToLose(t.job.Dir)
	}
	store, notes, err := LoadWithNotes(path)
	if err != nil {
		return lost(t.job.Dir, err)
	}
	var saved state
	if err := json.Unmarshal([]byte(notes[stateKey]), &saved); err != nil {
		return lost(t.job.Dir, fmt.Errorf("%s: state of training: %w: %v", path, ErrDamaged, err))
	}
	if err := otherRun(t.job.Dir, saved.Identity, t.state.Identity, otherData(notes, t.job.Notes)); err != nil {
		return err
	}
	if !t.possible(saved) {
		return lost(t.job.Dir, fmt.Errorf("%s: %w: step %d of %d", path, ErrDamaged, saved.Total, t.total))
	}
	if saved.Total == 0 { // stopped before its first step, which gives the variables their values
		return nil
	}
	history, err := LoadHistory(filepath.Join(t.job.Dir, HistoryFile))
	if err != nil {
		return lost(t.job.Dir, err)
	}
	if len(history) < saved.Epoch {
		return lost(t.job.Dir, fmt.Errorf("%s has %d epochs, the checkpoint %d", filepath.Join(t.job.Dir, HistoryFile), len(history), saved.Epoch))
	}
	saved.Identity = t.state.Identity // the same, as this program writes it
	t.store, t.state, t.history = store, saved, history[:saved.Epoch]
	if v := store.GetVariable("/" + model.RNGStateVariableName); v != nil {
		v.Trainable = false // as it was before it was saved
	}
	return nil
}

// possible tells whether a training of this job can stand there.
func (t *trainer) possible(s state) bool {
	steps := t.job.Training.Steps()
	between := s.Total == s.Epoch*steps+s.Step && !s.Done
	atEnd := s.Total == t.total && s.Epoch == t.epochs() && s.Step == 0 && s.Done // the last epoch may be shorter
	return s.Epoch >= 0 && s.Epoch <= t.epochs() && s.Step >= 0 && s.Step <= steps && s.Images >= 0 && s.Total <= t.total && (between || atEnd)
}

// nothingToLose refuses a directory with a network or a result that a training from the beginning would overwrite.
func nothingToLose(dir string) error {
	for _, kept := range []struct{ file, what string }{{BestFile, "a trained network"}, {ReportFile, "the result of a training"}} {
		if _, err := os.Stat(filepath.Join(dir, kept.file)); err == nil {
			return fmt.Errorf("%s holds %s without the checkpoint to go on from: choose another directory (-dir) or remove this one", dir, kept.what)
		}
	}
	return nil
}

// ErrNotFinite is wrapped by the error that ends a training whose loss or weights became infinite or not a number.
var ErrNotFinite = errors.New("not a finite number")

func checkFinite(store *model.Store) error {
	for v := range store.IterVariables() {
		if !v.HasValue() {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return err
		}
		if !isFinite(value) {
			return fmt.Errorf("variable %s: %w", v.Path(), ErrNotFinite)
		}
	}
	return nil
}

// isFinite tells whether none of the float32 values is infinite or not a number. Values of other types pass.
func isFinite(value *tensors.Tensor) bool {
	if value.DType() != dtypes.Float32 {
		return true
	}
	finite := true
	tensors.MustConstFlatData(value, func(flat []float32) {
		for _, x := range flat {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				finite = false
				return
			}
		}
	})
	return finite
}

// floats copies a float32 variable's values.
func floats(v *model.Variable) ([]float32, error) {
	value, err := v.Value()
	if err != nil {
		return nil, err
	}
	return tensors.CopyFlatData[float32](value)
}
