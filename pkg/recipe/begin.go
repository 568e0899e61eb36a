// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// begin gives a new network the first values that the recipe asks for. A network that is trained already keeps its own.
func (t *trainer) begin() error {
	r := t.job.Recipe
	if t.state.Total > 0 || !r.Whiten && !r.Identity {
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
		return Whiten(t.backend, t.job.Model, t.store, images)
	}
	return nil
}
