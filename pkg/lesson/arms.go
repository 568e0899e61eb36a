// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// An Arm is one training of an experiment: a stack, and how its training differs from the others'.
type Arm struct {
	Name   string
	Stack  nets.Variant
	Change func(*recipe.Recipe) // nil changes nothing
	Begin  *model.Store         // weights to begin with, of the half stack in pkg/nets with that merge; nil draws them
}

// Without normalisation the rate of the other arms is too high: the loss is soon no number.
func slower(r *recipe.Recipe) { r.LearningRate /= 10 }

// Rescues are attempts to train a deep plain network without a shortcut, each of which removes one suspected cause; the first arm is
// the patient, the last one the network with shortcuts.
func Rescues() []Arm {
	arms := []Arm{
		{Name: "plain", Stack: nets.Standard(nets.PlainMerge)},
		{Name: "layer-wise steps", Stack: nets.Standard(nets.PlainMerge), Change: func(r *recipe.Recipe) {
			r.Optimizer, r.LearningRate = recipe.Layerwise, r.LearningRate/20
		}},
		{Name: "without norms", Stack: nets.Standard(nets.PlainMerge), Change: slower},
		{Name: "identity kernels", Stack: nets.Standard(nets.PlainMerge), Change: func(r *recipe.Recipe) { r.Identity = true }},
		{Name: "looks linear", Stack: nets.Standard(nets.PlainMerge), Change: slower},
		{Name: "residual", Stack: nets.Standard(nets.ResidualMerge)},
	}
	arms[2].Stack.WithoutNorm = true
	arms[4].Stack.WithoutNorm, arms[4].Stack.LooksLinear = true, true
	return arms
}

// GradientArms are the four kinds of network, with and without norms, to watch their gradients. The gates of the highway network begin at
// −3, as in those that can be trained with 56 layers.
func GradientArms() []Arm {
	var arms []Arm
	for _, without := range []bool{false, true} {
		for _, merge := range []string{nets.PlainMerge, nets.ResidualMerge, nets.HighwayMerge, nets.DenseMerge} {
			arm := Arm{Name: merge, Stack: nets.Standard(merge)}
			arm.Stack.GateBias = -3
			if without {
				arm.Name, arm.Change, arm.Stack.WithoutNorm = merge+" without norms", slower, true
			}
			arms = append(arms, arm)
		}
	}
	return arms
}

// Dial turns the shortcut from nothing to more than the identity, y = ReLU(λ·x + F(x)), with λ from the list.
func Dial(lambdas ...float64) []Arm {
	var arms []Arm
	for _, lambda := range lambdas {
		stack := nets.Standard(nets.ResidualMerge)
		stack.Skip = lambda
		arms = append(arms, Arm{Name: fmt.Sprintf("residual, λ = %g", lambda), Stack: stack})
	}
	return arms
}

// Scales are fixed factors of shortcut and branch, y = ReLU(a·x + b·F(x)), with each pair (a, b) of the list.
func Scales(pairs ...[2]float64) []Arm {
	var arms []Arm
	for _, pair := range pairs {
		stack := nets.Standard(nets.ResidualMerge)
		stack.Skip, stack.Branch = pair[0], pair[1]
		arms = append(arms, Arm{Name: fmt.Sprintf("residual, a = %g, b = %g", pair[0], pair[1]), Stack: stack})
	}
	return arms
}

// Gates are highway networks whose gates start at the biases of the list.
func Gates(biases ...float64) []Arm {
	var arms []Arm
	for _, bias := range biases {
		stack := nets.Standard(nets.HighwayMerge)
		stack.GateBias = bias
		arms = append(arms, Arm{Name: fmt.Sprintf("highway, bias %g", bias), Stack: stack})
	}
	return arms
}

// Unnormalised are ways to do without batch norm in a residual network: as it is, and with branches that are weak at the start. The plain network
// without norms is one of [Rescues].
func Unnormalised() []Arm {
	arms := []Arm{
		{Name: "residual, SkipInit, full rate", Stack: nets.Standard(nets.ResidualMerge)}, // it begins as the identity, and bears it
		{Name: "residual, SkipInit", Stack: nets.Standard(nets.ResidualMerge), Change: slower},
		{Name: "residual, α = 1", Stack: nets.Standard(nets.ResidualMerge), Change: slower},
		{Name: "residual, α = 0.1", Stack: nets.Standard(nets.ResidualMerge), Change: slower},
	}
	for i := range arms {
		arms[i].Stack.WithoutNorm = true
	}
	for i := range arms[:2] {
		arms[i].Stack.Branch, arms[i].Stack.LearnedBranch = 0, true
	}
	arms[3].Stack.Branch = 0.1
	return arms
}

// Deepest are those of the networks without norms that say most, to train with twice as many layers, beside a residual network with norms.
func Deepest() []Arm {
	plain := Arm{Name: "plain without norms", Stack: nets.Standard(nets.PlainMerge), Change: slower}
	plain.Stack.WithoutNorm = true
	return []Arm{Unnormalised()[0], plain, {Name: "residual with norms", Stack: nets.Standard(nets.ResidualMerge)}}
}

// Experiments are the lists of arms that docs/bench/why trains, in the order in which they are worth the time. No training is in two of
// them: λ = 1 of the dial, for example, is the residual network of the rescues.
func Experiments() []Experiment {
	return []Experiment{
		{"rescue", []int{56}, Rescues()},
		{"gates", []int{56, 20}, Gates(-3, -1, 2, -6, 0)},
		{"unnormalised", []int{56}, Unnormalised()},
		{"deepest", []int{110}, Deepest()},
		{"dial", []int{56}, Dial(0.5, 0.75, 1.25, 0.9, 1.1)},
		{"scales", []int{56}, Scales([2]float64{1, 0.5}, [2]float64{0.5, 0.5}, [2]float64{1, 2}, [2]float64{0.5, 2})},
	}
}

// An Experiment is arms that belong together, and the depths at which they are trained.
type Experiment struct {
	Name   string
	Depths []int
	Arms   []Arm
}

// Try trains the arm and returns what is kept of it in the repository: see Losses.
func (a Arm) Try(ctx context.Context, experiment string, depth int, pictures images.Set, r recipe.Recipe, seed int64) (Tried, error) {
	losses, err := a.Losses(ctx, depth, pictures, r, seed)
	tried := Tried{Experiment: experiment, Arm: a.Name, Depth: depth, Images: pictures.Len(), Recipe: r.Name, Seed: seed, Losses: losses,
		Commit: about.Commit(), Machine: about.Machine()}
	if n := len(losses); n > 0 && math.IsNaN(losses[n-1]) {
		tried.Losses, tried.Diverged = losses[:n-1], true
	}
	return tried, err
}

// Losses trains the arm with so many layers on the images and returns the mean training loss of each epoch. A training whose loss
// was no number any more ends there: its last loss is NaN. The run is kept in $SKIPNETS_HOME/runs/lessons (by default in the
// user's cache folder), and loaded the next time.
func (a Arm) Losses(ctx context.Context, depth int, pictures images.Set, r recipe.Recipe, seed int64) ([]float64, error) {
	job, err := a.job(depth, pictures, r, seed)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	of := func(r recipe.Record) float64 { return r.TrainLoss }
	fitted, err := recipe.Fit(ctx, job)
	if errors.Is(err, recipe.ErrNotFinite) {
		history, err := recipe.LoadHistory(filepath.Join(job.Dir, recipe.HistoryFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("lesson: %w", err)
		}
		return append(history.Series(of), math.NaN()), nil
	}
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return fitted.History.Series(of), nil
}

// Snapshots trains the arm and returns copies of its weights after each of the given numbers of steps, which rise; 0 is before
// the first. Training ends with the last of them, or where the loss is no number any more: then there are fewer. Nothing is kept.
func (a Arm) Snapshots(ctx context.Context, depth int, pictures images.Set, r recipe.Recipe, seed int64, steps ...int) (*Run, []*model.Store, error) {
	if len(steps) == 0 || !slices.IsSorted(steps) || steps[0] < 0 {
		return nil, nil, fmt.Errorf("lesson: snapshots after steps %v: want rising numbers", steps)
	}
	job, err := a.job(depth, pictures, r, seed)
	if err != nil {
		return nil, nil, fmt.Errorf("lesson: %w", err)
	}
	job.Dir = ""
	if total := job.Recipe.TotalSteps(job.Training.Steps()); steps[len(steps)-1] > total {
		return nil, nil, fmt.Errorf("lesson: snapshots after steps %v: this training has %d", steps, total)
	}
	stores, err := snapshots(ctx, job, steps)
	if err != nil && !errors.Is(err, recipe.ErrNotFinite) {
		return nil, nil, err
	}
	return &Run{Name: job.Name, Model: job.Model, Recipe: job.Recipe}, stores, nil
}

// snapshots trains until the last of the steps.
func snapshots(ctx context.Context, job recipe.Job, steps []int) (taken []*model.Store, err error) {
	enough := errors.New("all snapshots are taken")
	job.Watch = func(step int, store *model.Store) error {
		if slices.Contains(steps, step) {
			copied, err := localCopy(store)
			if err != nil {
				return err
			}
			taken = append(taken, copied)
		}
		if step == steps[len(steps)-1] {
			return enough
		}
		return nil
	}
	if _, err := recipe.Fit(ctx, job); !errors.Is(err, enough) {
		return taken, fmt.Errorf("lesson: %w", err)
	}
	return taken, nil
}

// localCopy is a copy whose values belong to no backend: a recipe may train on another one than the notebook's.
func localCopy(store *model.Store) (*model.Store, error) {
	copied, err := store.Clone()
	if err != nil {
		return nil, err
	}
	for v := range copied.IterVariables() {
		value, err := v.Value()
		if err == nil {
			err = value.ToLocal()
		}
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", v.Path(), err)
		}
	}
	return copied, nil
}

// Steps is how many the arm's training has.
func (a Arm) Steps(depth int, pictures images.Set, r recipe.Recipe) (int, error) {
	job, err := a.job(depth, pictures, r, 1)
	if err != nil {
		return 0, fmt.Errorf("lesson: %w", err)
	}
	return job.Recipe.TotalSteps(job.Training.Steps()), nil
}

// job is the arm's training, without its progress. Some of the images are held out.
func (a Arm) job(depth int, pictures images.Set, r recipe.Recipe, seed int64) (recipe.Job, error) {
	if a.Change != nil {
		a.Change(&r)
	}
	a.Stack.Seed = uint64(seed) // draws the first weights that the trainer does not draw
	build := a.Stack.HalfStack
	if a.Begin != nil { // a variant's norms have other names
		build = func(depth, classes int) (nets.Model, error) {
			return nets.Parse(fmt.Sprintf("half-%s-%d", a.Stack.Merge, depth), classes)
		}
	}
	net, err := build(depth, len(pictures.Classes))
	if err != nil {
		return recipe.Job{}, err
	}
	training, heldOut := pictures.Split(min(HeldOutImages, pictures.Len()/5), 1)
	id := crc32.ChecksumIEEE([]byte(a.identity(depth, pictures.Len(), r, seed)))
	dir, err := home.Path("runs", "lessons", fmt.Sprintf("arm-%08x", id))
	if err != nil {
		return recipe.Job{}, err
	}
	job, err := newJob(fmt.Sprintf("%s, %d layers", a.Name, depth), net, training, heldOut, r, seed, dir)
	job.Begin = a.Begin
	return job, err
}

// identity tells the arm's training from others.
func (a Arm) identity(depth, images int, r recipe.Recipe, seed int64) string {
	return fmt.Sprintf("%s %+v %s %d %d %d", a.Name, a.Stack, r, depth, images, seed)
}
