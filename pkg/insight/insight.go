// SPDX-License-Identifier: Apache-2.0

// Package insight measures what goes on inside a network: how strong the gradient is at each convolution and block, how far
// gates are open, what a trained network loses with a block, how its loss changes along a line.
//
// It reads the graph that a network builds, so a network needs nothing added to be measured, and one that you write
// yourself can be measured as well. What is about blocks works on every network that calls them through nets.Run.
package insight

import (
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Model builds a network: images in, logits [batch, classes] out.
type Model = func(scope *model.Scope, images *Node) *Node

// outputs runs a graph once and returns its results, which are the caller's to finalize.
func outputs(backend compute.Backend, store *model.Store, graph func(*model.Scope, []*Node) []*Node, inputs ...any) ([]*tensors.Tensor, error) {
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return nil, err
	}
	defer exec.WithName("measurement").Finalize()
	return exec.Exec(inputs...)
}

// A runner runs one graph with the weights of one store after another. It has copies of them: the stores are not changed.
type runner struct {
	store *model.Store
	exec  *model.Exec
}

func newRunner(backend compute.Backend, graph func(*model.Scope, []*Node) []*Node) (*runner, error) {
	store := model.NewStore()
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return nil, err
	}
	return &runner{store: store, exec: exec.WithName("measurement")}, nil
}

func (r *runner) finalize() {
	r.exec.Finalize()
	r.store.Finalize()
}

// run runs the graph with the weights of a store. Variables that the first store lacks have their initial values, those that a
// later one lacks the values of the run before.
func (r *runner) run(store *model.Store, inputs ...any) ([]*tensors.Tensor, error) {
	if r.store.NumVariables() == 0 { // the first run: the random state and the parameters of the store as well
		copied, err := store.Clone()
		if err != nil {
			return nil, err
		}
		r.store = copied
		r.exec.SetStore(copied)
		return r.exec.Exec(inputs...)
	}
	for mine := range r.store.IterVariables() {
		v := store.GetVariable(mine.Path()) // reads it from the file that the store stands for, if it does
		if v == nil || !v.HasValue() {
			continue
		}
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		copied, err := value.LocalClone()
		if err != nil {
			return nil, err
		}
		if err := mine.SetValue(copied); err != nil {
			return nil, err
		}
	}
	return r.exec.Exec(inputs...)
}

// readAll makes a store that stands for a file, as recipe.Load returns, read all that the file holds. Else it has the variables only
// that somebody asked for by name.
func readAll(stores ...*model.Store) {
	for _, store := range stores {
		if file, ok := store.Loader().(interface{ Names() []string }); ok {
			for _, name := range file.Names() {
				store.GetVariable(name)
			}
		}
	}
}

// floats copies a float32 tensor's values and frees it.
func floats(t *tensors.Tensor) ([]float64, error) {
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, err
	}
	return widen(values), t.FinalizeAll()
}

func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

// euclid is the length of a vector.
func euclid(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v * v
	}
	return math.Sqrt(sum)
}
