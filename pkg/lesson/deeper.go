// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/nets"
)

// Grown are the weights of a trained half stack for one of more layers: a copy, in which the last norm of each block that is new has the
// scale 0. So a residual block adds nothing at first, and a plain one hands on zeros. All other weights of a new block are missing, and will be drawn.
func Grown(store *model.Store, from, to int) (*model.Store, error) {
	if from%6 != 2 || to%6 != 2 || from > to {
		return nil, fmt.Errorf("lesson: a half stack of %d layers cannot grow to %d: want two depths 6n+2, the larger one last", from, to)
	}
	grown, err := insight.Rearranged(store, nil) // a copy of all that it stands for, where Clone has what was read already
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	const scale = "/stage%d/block%d/norm2/batch_normalization/scale"
	for stage := 1; ; stage++ {
		of := grown.GetVariable(fmt.Sprintf(scale, stage, 1))
		if of == nil {
			return grown, nil
		}
		for block := (from-2)/6 + 1; block <= (to-2)/6; block++ {
			grown.VariableWithValue(fmt.Sprintf(scale, stage, block), make([]float32, of.Shape().Size()))
		}
	}
}

// Deeper trains a half stack of so many trained layers on, at a low rate, as it is and with one block more in each stage: two arms, and the
// depth of each.
func Deeper(merge string, run *Run, layers int) (arms []Arm, depths []int, err error) {
	grown, err := Grown(run.Store, layers, layers+6)
	if err != nil {
		return nil, nil, err
	}
	name, stack := fmt.Sprintf("%s, from %d layers", merge, layers), nets.Standard(merge)
	return []Arm{{name, stack, slower, run.Store}, {name, stack, slower, grown}}, []int{layers, layers + 6}, nil
}
