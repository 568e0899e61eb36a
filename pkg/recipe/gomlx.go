// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// GoMLX returns the recipe's optimizer and schedule for a training of so many steps, as GoMLX's own train.Trainer takes
// them. [CrossEntropy] is the loss, [Whiten] and [IdentityKernels] make first values. What the recipe says of batches, epochs and
// re-estimation is the business of [Fit] alone, and so are the slow weights of Lookahead after the last step.
//
// The schedule counts by GoMLX's global step; steps beyond the last are like it.
func (r Recipe) GoMLX(steps int) (optimizer.Interface, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	schedule := make([][]float32, max(steps, 1))
	for step := range schedule {
		schedule[step] = r.controlsAt(step, len(schedule)).vector()
	}
	return &scheduled{r, schedule}, nil
}

// scheduled is a recipe's optimizer with a row of controls for each step.
type scheduled struct {
	recipe   Recipe
	schedule [][]float32
}

// UpdateGraph implements optimizer.Interface.
func (s *scheduled) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	step := AddScalar(optimizer.IncrementGlobalStep(g, dtypes.Int64), -1) // from 0
	step = MinScalar(step, int64(len(s.schedule)-1))
	row := Gather(Const(g, s.schedule), ExpandDims(step, 0)) // [controls]
	s.recipe.update(scope, loss, row)
}

// Clear implements optimizer.Interface.
func (s *scheduled) Clear(scope *model.Scope) error {
	if err := scope.Store().DeleteVariablesInScope(optimizerScope); err != nil {
		return err
	}
	return optimizer.DeleteGlobalStep(scope)
}
