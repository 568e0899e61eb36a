// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// begin gives a new network the first values that the recipe asks for. A network that is trained already keeps its own.
func (t *trainer) begin() error {
	r := t.job.Recipe
	if t.state.Total > 0 || !r.Whiten && !r.Identity && t.job.Begin == nil {
		return nil
	}
	for batch, err := range t.job.Training.From(0, 0) {
		if err != nil {
			return fmt.Errorf("read training images: %w", err)
		}
		defer batch.Finalize()
		return t.firstValues(batch.Inputs[0])
	}
	return nil
}

func (t *trainer) firstValues(images *tensors.Tensor) error {
	if err := t.store.InitializeVariables(t.backend, nil); err != nil {
		return fmt.Errorf("first values: %w", err)
	}
	if t.job.Recipe.Identity {
		if err := IdentityKernels(t.store); err != nil {
			return err
		}
	}
	if t.job.Recipe.Whiten {
		if err := Whiten(t.backend, t.job.Model, t.store, images); err != nil {
			return err
		}
	}
	return t.copyBegin()
}

// copyBegin gives the network the values that the job's Begin has for it.
func (t *trainer) copyBegin() error {
	if t.job.Begin == nil {
		return nil
	}
	found := 0
	for v := range t.store.IterVariables() {
		other := t.job.Begin.GetVariable(v.Path())
		if other == nil {
			continue
		}
		if !other.Shape().Equal(v.Shape()) {
			return fmt.Errorf("begin with other weights: %s is %s there, and %s in this network", v.Path(), other.Shape(), v.Shape())
		}
		value, err := other.Value()
		if err != nil {
			return fmt.Errorf("begin with other weights: %w", err)
		}
		copied, err := value.LocalClone()
		if err != nil {
			return fmt.Errorf("begin with other weights: %w", err)
		}
		if err := v.SetValue(copied); err != nil {
			return fmt.Errorf("begin with other weights: %w", err)
		}
		found++
	}
	if found == 0 {
		return errors.New("begin with other weights: they have none of this network's names")
	}
	return nil
}
