// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

	"github.com/skipnets/skipnets/pkg/accel"
)

// trainer is a run under way: the compiled step, the variables it moves, and where it stands.
type trainer struct {
	job     Job
	backend compute.Backend
	tuner   *accel.Tuner // nil: the usual forms
	total   int          // steps in the whole run

	store   *model.Store // what is trained: weights, statistics, optimizer
	exec    *model.Exec
	devices *devices // among which a step is divided; nil for one
	state   state
	history History
	classes int // what the network's last layer writes

	// The network as it is measured: trained weights or their average, statistics measured anew if asked.
	measured    *model.Store
	evaluator   *evaluator
	reestimator *reestimator
	best        *model.Store // kept here when there is no directory
}

// newTrainer is the job where it stands: at its beginning, or where the checkpoint in its directory left it.
func newTrainer(job Job) (*trainer, error) {
	t := &trainer{job: job, total: job.Recipe.TotalSteps(job.Training.Steps()), store: model.NewStore()}
	t.state.Identity = job.identity()
	if err := t.restore(); err != nil {
		return nil, err
	}
	t.tuner = t.resumedTuner()
	t.backend = t.decorated()
	return t, nil
}

// resumedTuner is the job's, which keeps to the forms that the training began with: the same forms give the same bits.
func (t *trainer) resumedTuner() *accel.Tuner {
	switch {
	case t.state.Total == 0:
		return t.job.Tuner
	case t.state.Forms == nil: // begun with the usual ones
		return nil
	case t.job.Tuner == nil:
		return accel.FixedForms(t.state.Forms)
	}
	t.job.Tuner.Fix(t.state.Forms)
	return t.job.Tuner
}

// decorated is the job's backend with what the recipe and the machine ask for.
func (t *trainer) decorated() compute.Backend {
	var options []accel.Option
	if t.job.Recipe.BFloat16 {
		options = append(options, accel.WithConvDType(dtypes.BFloat16))
	}
	if t.tuner != nil {
		options = append(options, accel.WithTuner(t.tuner))
	}
	if len(options) == 0 {
		return t.job.Backend
	}
	return accel.Wrap(t.job.Backend, options...)
}

// prepare compiles the training step. A job that has ended needs none.
func (t *trainer) prepare() (err error) {
	t.store.SetParam("/"+model.ParamInitialSeed, t.job.Seed)
	if t.exec, err = model.NewExec(t.backend, t.store, t.graph); err != nil {
		return fmt.Errorf("prepare the training step: %w", err)
	}
	if t.devices, err = newDevices(t.job.Devices, t.exec, 2, 1); err != nil {
		return err
	}
	if err := t.compile(); err != nil {
		return err
	}
	return t.begin()
}

// compile builds the step for the dataset's batches, and with it all variables, before the first step is made.
func (t *trainer) compile() error {
	for batch, err := range t.job.Training.From(0, 0) {
		if err != nil {
			return fmt.Errorf("read training images: %w", err)
		}
		defer batch.Finalize()
		if len(batch.Inputs) != 1 || len(batch.Labels) != 1 {
			return fmt.Errorf("a batch has %d inputs and %d labels, want one of each", len(batch.Inputs), len(batch.Labels))
		}
		if n, want := batch.Inputs[0].Shape().Dim(0), min(t.job.Recipe.BatchSize, t.job.Training.Len()); n != want {
			return fmt.Errorf("the dataset's batches hold %d images, the recipe asks for %d", n, want)
		}
		control := shapes.Make(dtypes.Float32, len(controls{}.vector()))
		images, labels := batch.Inputs[0].Shape(), batch.Labels[0].Shape()
		err := CompileLoaded(t.backend, t.job.Model, t.store, images, func() error {
			_, err := t.exec.Compile(t.devices.shapes(images, labels, control)...)
			return err
		})
		if err != nil {
			return fmt.Errorf("compile the training step: %w", err)
		}
		break
	}
	return nil
}

// graph is one training step: forward, loss, gradients, update. It returns the sum of the images' cross-entropies
// without smoothing, and the number of images predicted correctly.
func (t *trainer) graph(scope *model.Scope, inputs []*Node) []*Node {
	images, labels, control := inputs[0], inputs[1], inputs[2]
	scope.Store().SetTraining(images.Graph(), true)
	logits := scaled(t.job.Model(scope, images), t.job.Recipe.LogitScale) // [batch, classes]
	t.classes = logits.Shape().Dim(1)
	loss := ReduceAllMean(crossEntropy(logits, labels, t.job.Recipe.LabelSmoothing))
	t.job.Recipe.update(scope, loss, control)
	return []*Node{ReduceAllSum(crossEntropy(logits, labels, 0)), correct(logits, labels)}
}

func (t *trainer) step(batch train.Batch) error {
	defer batch.Finalize()
	c := t.job.Recipe.controlsAt(t.state.Total, t.total)
	images, labels := batch.Inputs[0], batch.Labels[0]
	control := tensors.FromFlatDataAndDimensions(c.vector(), len(c.vector()))
	defer control.MustFinalizeAll()
	out, err := t.devices.exec(t.exec, images, labels, control)
	if err != nil {
		return fmt.Errorf("step %d: %w", t.state.Total+1, err)
	}
	defer finalize(out)
	loss := float64(tensors.ToScalar[float32](out[0]))
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("step %d, learning rate %g: the loss is %g: %w. Train again with a lower rate", t.state.Total+1, c.rate, loss, ErrNotFinite)
	}
	t.state.LossSum += loss
	t.state.Correct += float64(tensors.ToScalar[float32](out[1]))
	t.state.Images += images.Shape().Dimensions[0]
	t.state.Step++
	t.state.Total++
	return nil
}

// evaluate measures the held-out images with the network as it would be kept now.
func (t *trainer) evaluate(ctx context.Context) (Score, error) {
	if err := t.refreshMeasured(); err != nil {
		return Score{}, err
	}
	if batches := t.job.Recipe.ReestimateBatches; batches > 0 {
		if err := t.reestimator.run(ctx, t.job.Training, batches); err != nil {
			return Score{}, err
		}
	}
	return t.evaluator.run(ctx, t.job.HeldOut)
}

// refreshMeasured copies the network's values from the training store: the slow ones where lookahead has made them, and
// the last layer multiplied by the logit scale, and kernels rounded as they are in a file.
func (t *trainer) refreshMeasured() error {
	if t.measured == nil {
		if err := t.newMeasured(); err != nil {
			return err
		}
	}
	slow := t.job.Recipe.Lookahead > 0 && t.state.Total >= t.job.Recipe.Lookahead
	for v := range t.measured.IterVariables() {
		if !ofNetwork(v.Path()) {
			continue
		}
		source := t.store.GetVariable(v.Path())
		if kept := t.store.GetVariable(memoryPath("slow", v)); slow && kept != nil {
			source = kept
		}
		value, err := source.Value()
		if err != nil {
			return fmt.Errorf("read %s: %w", source.Path(), err)
		}
		copied, err := value.Clone()
		if err != nil {
			return fmt.Errorf("copy %s: %w", source.Path(), err)
		}
		if err := v.SetValue(copied); err != nil {
			return fmt.Errorf("copy %s: %w", source.Path(), err)
		}
	}
	if err := foldLogitScale(t.measured, t.classes, t.job.Recipe.LogitScale); err != nil {
		return err
	}
	return roundKernels(t.measured) // what is measured is what is kept
}

func (t *trainer) newMeasured() (err error) {
	if t.measured, err = cloneNetwork(t.store); err != nil {
		return err
	}
	t.measured.SetParam("/"+model.ParamInitialSeed, t.job.Seed) // re-estimation may draw random numbers
	if t.evaluator, err = newEvaluator(t.backend, t.job.Model, t.measured); err != nil {
		return err
	}
	t.reestimator, err = newReestimator(t.backend, t.job.Model, t.measured)
	return err
}

// finalize gives back all memory of the backend at once: Go's collector does not see how much stands behind a value, and
// the next network would be trained beside the last one's.
func (t *trainer) finalize() {
	if t.exec != nil {
		t.exec.Finalize()
	}
	if t.evaluator != nil {
		t.evaluator.exec.Finalize()
	}
	if t.reestimator != nil {
		t.reestimator.exec.Finalize()
	}
	t.store.Finalize()
	if t.measured != nil {
		t.measured.Finalize()
	}
	debug.FreeOSMemory() // what Go itself holds of this network and its files
}

// cloneNetwork copies the network's variables into a store of their own.
func cloneNetwork(from *model.Store) (*model.Store, error) {
	to := model.NewStore()
	for v := range from.IterVariables() {
		if !ofNetwork(v.Path()) {
			continue
		}
		if _, err := v.CloneToStore(to); err != nil {
			return nil, fmt.Errorf("copy %s: %w", strings.TrimPrefix(v.Path(), "/"), err)
		}
	}
	return to, nil
}

// toLocal moves the store's values off the backend, so that any backend can use them.
func toLocal(store *model.Store) error {
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("read %s: %w", v.Path(), err)
		}
		if err := value.ToLocal(); err != nil {
			return fmt.Errorf("copy %s: %w", v.Path(), err)
		}
	}
	return nil
}
