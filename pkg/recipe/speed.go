// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/ml/train"
)

// Speed is how fast a job trains and evaluates.
type Speed struct {
	FirstStep         time.Duration // graph, compilation, first weights and one step
	TrainPerSecond    float64       // images, from the median step
	EvaluatePerSecond float64       // the same for evaluation
}

// MeasureSpeed times the job's training step and evaluation, with the given number of each, at least one. It keeps nothing and uses
// the job's backend, model, recipe and training images alone.
func MeasureSpeed(ctx context.Context, job Job, steps int) (Speed, error) {
	if steps < 1 {
		return Speed{}, fmt.Errorf("measure %s: %d steps", job.Name, steps)
	}
	job = job.timed(steps)
	if err := job.check(); err != nil {
		return Speed{}, err
	}
	start := time.Now()
	t, err := newTrainer(job)
	if err != nil {
		return Speed{}, fmt.Errorf("measure %s: %w", job.Name, err)
	}
	defer t.finalize()
	if err := t.prepare(); err != nil {
		return Speed{}, fmt.Errorf("measure %s: %w", job.Name, err)
	}
	var speed Speed
	size := float64(job.Recipe.BatchSize)
	median, err := medianTime(ctx, job.Training, steps+1, func(i int, batch train.Batch) error {
		err := t.step(batch)
		if i == 0 {
			speed.FirstStep = time.Since(start)
		}
		return err
	})
	if err != nil {
		return Speed{}, fmt.Errorf("measure %s: %w", job.Name, err)
	}
	speed.TrainPerSecond = size / median
	if err := t.newMeasured(); err != nil {
		return Speed{}, fmt.Errorf("measure %s: %w", job.Name, err)
	}
	median, err = medianTime(ctx, job.Training, steps+1, func(_ int, batch train.Batch) error {
		_, err := t.evaluator.batch(batch, &Score{})
		return err
	})
	if err != nil {
		return Speed{}, fmt.Errorf("measure %s: %w", job.Name, err)
	}
	speed.EvaluatePerSecond = size / median
	return speed, nil
}

// timed is the job cut down to what is measured: as many steps as are made, the first one besides, so that the learning
// rate takes the whole of its course and does not run beyond it.
func (j Job) timed(steps int) Job {
	j.Dir, j.HeldOut, j.Progress = "", j.Training, nil
	j.Recipe.Steps = steps + 1
	return j
}

// medianTime is the median number of seconds that work takes on a batch, the first one left out.
func medianTime(ctx context.Context, data Dataset, n int, work func(i int, batch train.Batch) error) (float64, error) {
	var times []float64
	for i := 0; i < n; {
		for batch, err := range data.From(0, 0) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return 0, err
			}
			start := time.Now()
			if err := work(i, batch); err != nil {
				return 0, err
			}
			if i > 0 {
				times = append(times, time.Since(start).Seconds())
			}
			if i++; i == n {
				break
			}
		}
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
