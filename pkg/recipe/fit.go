// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
)

// Job is one training: what, on what, how, and where its files go.
type Job struct {
	Backend compute.Backend
	Name    string // of the network; a directory refuses to go on with another
	Model   Model
	Recipe  Recipe
	Seed    int64 // of the initial weights; the dataset has its own

	Training Dataset // in batches of the recipe's BatchSize
	HeldOut  Dataset // measured after each epoch; chooses the best. Not the test set.

	// Begin has weights to begin with, of a network that was trained before: by their names, in whatever variables this network
	// has under the same. What Begin lacks is drawn as always. nil draws all.
	Begin *model.Store

	// Notes are kept with the weights, for whoever loads them: the [DatasetNote] and others.
	Notes map[string]string

	// Devices is among how many of the backend's devices each step is divided, 0 or 1 for none; see devices.go. The results
	// differ by rounding alone. The batch must be divisible.
	Devices int

	// Tuner chooses the forms of convolutions by measurement on this machine; nil takes the usual ones. A resumed training goes on with those
	// that it began with.
	Tuner *accel.Tuner

	// Dir is for checkpoints and history; "" keeps nothing. It serves one name, recipe, seed, and names and sizes of
	// datasets, and refuses others, as well as other data by Notes. What stands behind a network's name it does not see: a
	// changed one needs another name.
	Dir      string
	Wait     bool     // while another training works in Dir; else that is an error
	Progress Progress // nil is silent
	// Watch is called before the first step, with 0, and after each, with the number of steps made, when it is not nil.
	// It may look at the store but not change or keep it; an error ends the training. A resumed training goes on with the step after.
	Watch func(step int, store *model.Store) error
	// SaveEvery is the time between checkpoints within an epoch; zero means one minute.
	SaveEvery time.Duration
}

// Result is a finished training.
type Result struct {
	// Store is the network of the best epoch on the held-out images, ready for Evaluate: the same with a directory and
	// without. Its Finalize gives back the memory that it takes on a backend.
	Store   *model.Store
	History History
}

// Fit trains the job's network to the end of its recipe.
//
// With a directory, it resumes what is there: the weights, the history and every later number are, on one machine,
// bit for bit those of a run that was never interrupted. When ctx is cancelled it saves and returns an error that
// wraps ctx's. A loss, of training or held out, or a weight that is not finite ends the training with an error that wraps [ErrNotFinite] and names
// the step and learning rate; the last good checkpoint stays.
func Fit(ctx context.Context, job Job) (*Result, error) {
	if err := job.check(); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, job.Dir, job.Wait)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", job.Name, err)
	}
	defer unlock()
	if err := removeUnfinished(job.Dir); err != nil {
		return nil, fmt.Errorf("train %s: %w", job.Name, err)
	}
	t, err := newTrainer(job)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", job.Name, err)
	}
	defer t.finalize()
	if !t.state.Done { // else the network is loaded, and nothing compiled
		if err := t.prepare(); err != nil {
			return nil, fmt.Errorf("train %s: %w", job.Name, err)
		}
		if err := t.run(ctx); err != nil {
			return nil, fmt.Errorf("train %s: %w", job.Name, err)
		}
	}
	best, err := t.bestStore()
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", job.Name, err)
	}
	return &Result{Store: best, History: t.history}, nil
}

func (j Job) check() error {
	switch {
	case j.Backend == nil:
		return errors.New("recipe: the job lacks a backend")
	case j.Model == nil:
		return errors.New("recipe: the job lacks a model")
	case j.Training == nil || j.Training.Steps() == 0:
		return errors.New("recipe: the job lacks training images")
	case j.HeldOut == nil || j.HeldOut.Steps() == 0:
		return errors.New("recipe: the job lacks held-out images")
	}
	if err := j.Recipe.Validate(); err != nil {
		return err
	}
	return j.checkDevices()
}

func (t *trainer) run(ctx context.Context) error {
	for !t.state.Done {
		if t.state.Total < t.total { // else only the last epoch's measurement is left to do
			if err := t.epoch(ctx); err != nil {
				return err
			}
		}
		if err := t.endEpoch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// epoch makes the steps that are left of the epoch under way.
func (t *trainer) epoch(ctx context.Context) error {
	saveEvery := t.job.SaveEvery
	if saveEvery == 0 {
		saveEvery = time.Minute
	}
	saved := time.Now()
	start := saved
	if t.state.Total == 0 {
		if err := t.watch(); err != nil {
			return err
		}
	}
	for batch, err := range t.job.Training.From(t.state.Epoch, t.state.Step) {
		if err != nil {
			return fmt.Errorf("read training images: %w", err)
		}
		if ctx.Err() != nil {
			_ = batch.Finalize()
			return t.interrupted(ctx)
		}
		if err := t.step(batch); err != nil {
			return err
		}
		now := time.Now()
		t.state.Seconds += now.Sub(start).Seconds()
		t.state.TrainSeconds += now.Sub(start).Seconds()
		if err := t.watch(); err != nil {
			return err
		}
		start = time.Now()
		t.reportStep()
		if t.state.Total == t.total {
			break
		}
		if now.Sub(saved) > saveEvery {
			if err := t.save(); err != nil {
				return err
			}
			saved, start = time.Now(), time.Now()
		}
	}
	return nil
}

func (t *trainer) watch() error {
	if t.job.Watch == nil {
		return nil
	}
	if err := t.store.InitializeVariables(t.backend, nil); err != nil { // does nothing once there are values
		return fmt.Errorf("first values: %w", err)
	}
	if err := t.job.Watch(t.state.Total, t.store); err != nil {
		return fmt.Errorf("watch step %d: %w", t.state.Total, err)
	}
	return nil
}

func (t *trainer) interrupted(ctx context.Context) error {
	if err := t.save(); err != nil {
		return err
	}
	where := "nothing was kept"
	if t.job.Dir != "" {
		where = "the same command goes on from there"
	}
	return fmt.Errorf("stopped after step %d of %d; %s: %w", t.state.Total, t.total, where, context.Cause(ctx))
}

// endEpoch measures the held-out images, keeps the network if it is the best so far, and saves.
func (t *trainer) endEpoch(ctx context.Context) error {
	if len(t.history) == 0 { // so that there is never a trained network without its checkpoint
		if err := t.save(); err != nil {
			return err
		}
	}
	start := time.Now()
	score, err := t.evaluate(ctx)
	if err != nil {
		if ctx.Err() != nil { // the state before the evaluation is whole: it will be repeated
			return t.interrupted(ctx)
		}
		return err
	}
	if math.IsNaN(score.Loss) || math.IsInf(score.Loss, 0) {
		return fmt.Errorf("%s: the held-out loss is %g: %w. Train again with a lower rate", t.place(), score.Loss, ErrNotFinite)
	}
	t.state.Seconds += time.Since(start).Seconds()
	s := &t.state
	record := Record{
		Epoch: s.Epoch + 1, Step: s.Total,
		TrainLoss: s.LossSum / float64(s.Images), TrainAccuracy: s.Correct / float64(s.Images),
		HeldOutLoss: score.Loss, HeldOutAccuracy: score.Accuracy,
		LearningRate: t.job.Recipe.RateAt(s.Total-1, t.total), Seconds: s.Seconds, SamplesPerSecond: float64(s.Images) / s.TrainSeconds,
	}
	best, ok := t.history.Best()
	if !ok || record.HeldOutAccuracy > best.HeldOutAccuracy {
		if err := t.keepBest(record); err != nil {
			return err
		}
	}
	t.history = append(t.history, record)
	s.Epoch, s.Step, s.LossSum, s.Correct, s.Images, s.TrainSeconds = s.Epoch+1, 0, 0, 0, 0, 0
	s.Done = s.Total == t.total
	if err := t.save(); err != nil {
		return err
	}
	if t.job.Progress != nil {
		t.job.Progress.Epoch(record, t.epochs())
	}
	return nil
}

func (t *trainer) keepBest(r Record) error {
	if t.job.Dir == "" {
		best, err := cloneNetwork(t.measured)
		if err != nil {
			return err
		}
		if t.best != nil {
			t.best.Finalize()
		}
		t.best = best
		return toLocal(best)
	}
	notes := t.job.notes()
	notes["epoch"], notes["held_out_accuracy"] = fmt.Sprint(r.Epoch), fmt.Sprint(r.HeldOutAccuracy)
	return SaveNetwork(filepath.Join(t.job.Dir, BestFile), t.measured, notes)
}

// notes are those of the job, and what it is itself.
func (j Job) notes() map[string]string {
	notes := maps.Clone(j.Notes)
	if notes == nil {
		notes = map[string]string{}
	}
	notes[NetworkNote], notes["recipe"], notes["seed"] = j.Name, j.Recipe.String(), fmt.Sprint(j.Seed)
	return notes
}

func (t *trainer) bestStore() (*model.Store, error) {
	if t.job.Dir == "" {
		return t.best, nil
	}
	return Load(filepath.Join(t.job.Dir, BestFile))
}

func (t *trainer) epochs() int {
	return int(math.Ceil(float64(t.total) / float64(t.job.Training.Steps())))
}

func (t *trainer) reportStep() {
	if t.job.Progress == nil {
		return
	}
	s := t.state
	t.job.Progress.Step(Status{
		Epoch: s.Epoch + 1, Epochs: t.epochs(), Step: s.Total, Steps: t.total,
		Loss: s.LossSum / float64(s.Images), Accuracy: s.Correct / float64(s.Images),
		SamplesPerSecond: float64(s.Images) / s.TrainSeconds,
	})
}
