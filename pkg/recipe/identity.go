// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// IdentityKernels makes each convolution of a network hand its input on at first: the first filters of a kernel
// [height, width, in, out] become 1 at the centre of their own channel and 0 elsewhere, as many as there are input channels,
// and the rest of them keep their random values. So even a plain network begins with the identity, in its weights
// instead of a shortcut (Jordan 2024, arXiv:2404.00498, section 3.3; PyTorch's name is dirac_).
//
// Kernels that write fewer channels than they read, or that have no centre, stay as they are, and so do those in a
// scope named "gate": what they compute is not handed on. The store's variables need to have their values.
func IdentityKernels(store *model.Store) error {
	for v := range store.IterVariables() {
		if !ofNetwork(v.Path()) || v.Shape().Rank() != 4 || slices.Contains(strings.Split(v.Path(), "/"), "gate") {
			continue
		}
		d := v.Shape().Dimensions
		height, width, in, out := d[0], d[1], d[2], d[3]
		if out < in || height%2 == 0 || width%2 == 0 {
			continue
		}
		values, err := floats(v)
		if err != nil {
			return fmt.Errorf("identity: %s: %w", v.Path(), err)
		}
		for at := range height * width * in {
			clear(values[at*out : at*out+in])
		}
		centre := (height/2*width + width/2) * in
		for channel := range in {
			values[(centre+channel)*out+channel] = 1
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, d...)); err != nil {
			return fmt.Errorf("identity: %s: %w", v.Path(), err)
		}
	}
	return nil
}
