// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Where the weights are that an experiment changes, in the blocks of pkg/blocks and the networks of pkg/nets.
func gateBiases(block string) string { return "/" + block + "/" + gateScope + "/biases" }

func lastNorm(block string) []string {
	norm := "/" + block + "/norm2/batch_normalization/"
	return []string{norm + "scale", norm + "offset"}
}

// wiring lists the kernels that read what the stem and the blocks of a dense network write, and how many channels each of
// them writes. It gives none if not every block reads all that was written before, as dense blocks do.
func wiring(store *model.Store, blocks []string) (kernels []string, written []int) {
	channels := func(path string, axis int) int {
		if v := store.GetVariable(path); v != nil && v.Shape().Rank() > 1 {
			return v.Shape().Dim(axis)
		}
		return -1
	}
	written = []int{channels("/stem/weights", -1)}
	sum := written[0]
	for _, block := range blocks {
		kernels = append(kernels, "/"+block+"/conv1/weights")
		if channels(kernels[len(kernels)-1], -2) != sum {
			return nil, nil
		}
		written = append(written, channels("/"+block+"/conv2/weights", -1))
		sum += written[len(written)-1]
	}
	kernels = append(kernels, "/head/dense/weights")
	if channels("/head/dense/weights", -2) != sum {
		return nil, nil
	}
	return kernels, written
}

// noShortcut is the factor that stands for none. A ReLU follows the sum, so y = ReLU(b·F(x) + s·x) is had as s·ReLU(b/s·F(x) + x): with a
// small s all but the rounding of a float32 is b·F(x).
const noShortcut = 1e-6

func carriedFactor(scale Scale) float32 { return float32(max(scale.Shortcut, noShortcut)) }

// of gives the factors of a block.
func (c Changes) of(block string) Scale {
	own, has := c.Own[block]
	if !has {
		own = Scale{1, 1}
	}
	return Scale{c.Shortcut * own.Shortcut, c.Branch * own.Branch}
}

// changed is a copy of the weights with the changes.
func (e *Experiment) changed(changes Changes) (*model.Store, error) {
	if err := e.check(changes); err != nil {
		return nil, err
	}
	copied, err := e.store.Clone()
	if err != nil {
		return nil, err
	}
	err = e.change(copied, changes)
	if err != nil {
		copied.Finalize()
		return nil, err
	}
	return copied, nil
}

func (e *Experiment) check(changes Changes) error {
	numbers := map[string]float64{"shortcut": changes.Shortcut, "branch": changes.Branch, "gates": changes.Gates}
	for block, own := range changes.Own {
		if !slices.Contains(e.Blocks, block) {
			return fmt.Errorf("no block %q; there are %s", block, strings.Join(e.Blocks, ", "))
		}
		numbers["shortcut of "+block], numbers["branch of "+block] = own.Shortcut, own.Branch
	}
	for what, number := range numbers {
		if math.IsNaN(number) || math.IsInf(number, 0) || (what != "gates" && number < 0) {
			return fmt.Errorf("%s %g: want a number, of at least 0 for a factor", what, number)
		}
	}
	switch {
	case !e.Scales && (changes.Shortcut != 1 || changes.Branch != 1 || len(changes.Own) > 0):
		return fmt.Errorf("the blocks of this network have no shortcut and branch to scale: want factors of 1, got %g and %g", changes.Shortcut, changes.Branch)
	case !e.Gated && changes.Gates != 0:
		return fmt.Errorf("this network has no gates to shift by %g", changes.Gates)
	}
	for _, source := range changes.Silent {
		if !slices.Contains(e.Sources, source) {
			return fmt.Errorf("no source %q; there are %q", source, e.Sources)
		}
	}
	return nil
}

func (e *Experiment) change(copied *model.Store, changes Changes) error {
	if e.Scales {
		for _, block := range e.Blocks {
			scale := changes.of(block)
			factor := float32(scale.Branch) / carriedFactor(scale)
			for _, path := range lastNorm(block) {
				if err := edit(copied, path, func(v float32) float32 { return v * factor }); err != nil {
					return err
				}
			}
		}
	}
	if e.Gated {
		for _, block := range e.Blocks {
			if err := edit(copied, gateBiases(block), func(v float32) float32 { return v + float32(changes.Gates) }); err != nil {
				return err
			}
		}
	}
	for _, source := range changes.Silent {
		for _, path := range e.kernels {
			kernel := copied.GetVariable(path)
			if err := silence(kernel, kernel, e.written, slices.Index(e.Sources, source)); err != nil {
				return fmt.Errorf("%s: %w", strings.TrimPrefix(path, "/"), err)
			}
		}
	}
	return nil
}

// edit changes each value of a variable.
func edit(store *model.Store, path string, change func(float32) float32) error {
	variable := store.GetVariable(path)
	if variable == nil {
		return fmt.Errorf("no values of %s", path)
	}
	value, err := variable.Value()
	if err != nil {
		return err
	}
	values, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return err
	}
	for i, v := range values {
		values[i] = change(v)
	}
	return variable.SetValue(tensors.FromFlatDataAndDimensions(values, value.Shape().Dimensions...))
}
