// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// A Direction says how to move the weights of a network: what to add to each, by the path of the variable. Variables without an
// entry stay where they are.
type Direction map[string][]float64

// How long a random direction is.
const (
	// ByFilter gives each filter of the direction the length of the network's own filter: eq. 1 of Li et al. 2018 (Visualizing the Loss
	// Landscape of Neural Nets, arXiv:1712.09913, Sec. 4). A filter is what makes one output channel of a kernel, or one
	// output of a matrix. Batch norms make a network with doubled filters compute the same; without this rule the loss
	// around it would look half as curved.
	ByFilter = "by filter"
	// AsAWhole gives the direction the length of all the network's kernels together, and leaves it random within.
	AsAWhole = "as a whole"
)

// RandomDirection draws a direction from a standard normal distribution and brings it to the length that [ByFilter] or [AsAWhole]
// says. It moves kernels and matrices; biases, scales and offsets stay, as in Li et al. 2018.
func RandomDirection(store *model.Store, length string, seed uint64) (Direction, error) {
	if length != ByFilter && length != AsAWhole {
		return nil, fmt.Errorf("insight: random direction: length %q is neither %q nor %q", length, ByFilter, AsAWhole)
	}
	readAll(store)
	direction, own, drawn := Direction{}, 0.0, 0.0
	for v := range store.IterVariables() {
		if !v.Trainable || v.Shape().Rank() < 2 || v.DType() != dtypes.Float32 {
			continue
		}
		weights, err := values(v)
		if err != nil {
			return nil, fmt.Errorf("insight: random direction: %w", err)
		}
		random := rand.New(rand.NewPCG(seed, hash(v.Path()))) // the same for a variable, in whatever order they come
		step := make([]float64, len(weights))
		for i := range step {
			step[i] = random.NormFloat64()
		}
		own, drawn = own+square(weights), drawn+square(step)
		if length == ByFilter {
			matchFilters(step, weights, v.Shape().Dim(-1))
		}
		direction[v.Path()] = step
	}
	if len(direction) == 0 {
		return nil, errors.New("insight: random direction: no weights to move")
	}
	if length == AsAWhole {
		for _, step := range direction {
			for i := range step {
				step[i] *= math.Sqrt(own / drawn)
			}
		}
	}
	return direction, nil
}

// matchFilters scales each filter of a step [..., out] to the length of the same filter of the weights.
func matchFilters(step, weights []float64, out int) {
	for filter := range out {
		stepped, own := 0.0, 0.0
		for i := filter; i < len(step); i += out {
			stepped, own = stepped+step[i]*step[i], own+weights[i]*weights[i]
		}
		for i := filter; i < len(step); i += out {
			step[i] *= math.Sqrt(own / stepped)
		}
	}
}

// hash is FNV-1a.
func hash(text string) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(text) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}

func square(values []float64) float64 { length := euclid(values); return length * length }

// Toward is the direction from one state of a network to another: from + 1·direction is to, in all trainable float32
// variables, biases and norms too. It is an error when a variable of from is missing in to, or has another shape.
func Toward(from, to *model.Store) (Direction, error) {
	readAll(from, to)
	direction := Direction{}
	for v := range from.IterVariables() {
		if !v.Trainable || v.DType() != dtypes.Float32 {
			continue
		}
		other := to.GetVariable(v.Path())
		if other == nil || !other.Shape().Equal(v.Shape()) {
			return nil, fmt.Errorf("insight: toward: %s is missing there, or has another shape", v.Path())
		}
		start, err := values(v)
		if err != nil {
			return nil, fmt.Errorf("insight: toward: %w", err)
		}
		step, err := values(other)
		if err != nil {
			return nil, fmt.Errorf("insight: toward: %w", err)
		}
		for i := range step {
			step[i] -= start[i]
		}
		direction[v.Path()] = step
	}
	return direction, nil
}

// Landscape measures a network on a batch with its weights moved along two directions: scores[j][i] is that of
// store + xs[i]·x + ys[j]·y. For a line give no y: a nil direction, and ys of one value. Batch norms use the statistics of
// the batch if training is true, so that they follow the weights; else the running averages in store, which belong to the
// weights in the middle and misrepresent those far from it. The batch is as in [MeasureGradients]; the store is not changed.
func Landscape(backend compute.Backend, net Model, store *model.Store, batch train.Batch, training bool, x, y Direction, xs, ys []float64) ([][]Score, error) {
	fail := func(err error) ([][]Score, error) { return nil, fmt.Errorf("insight: landscape: %w", err) }
	meter, err := newScorer(backend, net, batch, training)
	if err != nil {
		return fail(err)
	}
	defer meter.exec.finalize()
	readAll(store)
	moved, err := store.Clone()
	if err != nil {
		return fail(err)
	}
	defer moved.Finalize()
	scores := make([][]Score, len(ys))
	for j := range ys {
		for i := range xs {
			if err := move(moved, store, x, xs[i], y, ys[j]); err != nil {
				return fail(err)
			}
			score, err := meter.score(moved)
			if err != nil {
				return fail(err)
			}
			scores[j] = append(scores[j], score)
		}
	}
	return scores, nil
}

// move sets the moved variables to those of store, plus a·x and b·y.
func move(moved, store *model.Store, x Direction, a float64, y Direction, b float64) error {
	for v := range moved.IterVariables() {
		alongX, alongY := x[v.Path()], y[v.Path()]
		if alongX == nil && alongY == nil {
			continue
		}
		weights, err := values(store.GetVariable(v.Path()))
		if err != nil {
			return err
		}
		if (alongX != nil && len(alongX) != len(weights)) || (alongY != nil && len(alongY) != len(weights)) {
			return fmt.Errorf("the direction has %d and %d values for the %d of %s", len(alongX), len(alongY), len(weights), v.Path())
		}
		narrow := make([]float32, len(weights))
		for i, w := range weights {
			if alongX != nil {
				w += a * alongX[i]
			}
			if alongY != nil {
				w += b * alongY[i]
			}
			narrow[i] = float32(w)
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(narrow, v.Shape().Dimensions...)); err != nil {
			return err
		}
	}
	return nil
}
