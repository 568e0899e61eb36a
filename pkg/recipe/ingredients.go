// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// ingredients are what can be taken out of a recipe one at a time. Each says how the recipe is without it.
var ingredients = []struct {
	name    string
	without func(r *Recipe)
}{
	{"muon", func(r *Recipe) {
		if r.Optimizer == Muon {
			r.Optimizer, r.KernelRate, r.KernelMomentum = SGD, 0, 0
		}
	}},
	{"whiten", func(r *Recipe) { r.Whiten, r.WhitenBias = false, 0 }},
	{"identity", func(r *Recipe) { r.Identity = false }},
	{"offset-rate", func(r *Recipe) { r.OffsetRate = 0 }},
	{"decay-all", func(r *Recipe) { r.DecayAll = false }},
	{"fixed-scale", func(r *Recipe) { r.FixedScale = false }},
	{"norm-momentum", func(r *Recipe) { r.NormMomentum = 0 }},
	{"reestimate", func(r *Recipe) { r.ReestimateBatches = 0 }},
	{"lookahead", func(r *Recipe) { r.Lookahead = 0 }},
	{"logit-scale", func(r *Recipe) { r.LogitScale = 0 }},
	{"label-smoothing", func(r *Recipe) { r.LabelSmoothing = 0 }},
	{"warm-up", func(r *Recipe) { r.WarmUp, r.StartRate = 0, 0 }},
	{"floor", func(r *Recipe) { r.EndRate = 0 }},
	{"shift", func(r *Recipe) { r.Pad, r.Reflect = 0, false }},
	{"reflect", func(r *Recipe) { r.Reflect = false }},
	{"light", func(r *Recipe) { r.Brightness, r.Contrast = 0, 0 }},
	{"flip", func(r *Recipe) { r.Flip = "" }},
	{"alternating-flip", func(r *Recipe) {
		if r.Flip == images.AlternatingFlip {
			r.Flip = images.RandomFlip
		}
	}},
}

// Without is the recipe with one ingredient left out and all else unchanged, to see what the ingredient is worth. Leaving out
// Muon trains the kernels by SGD like all other weights. An ingredient that the recipe does not have is an error, which
// lists those that it has.
func (r Recipe) Without(ingredient string) (Recipe, error) {
	for _, i := range ingredients {
		if i.name != ingredient || !slices.Contains(r.Ingredients(), ingredient) {
			continue
		}
		i.without(&r)
		r.Name += "-without-" + ingredient
		return r, nil
	}
	return r, fmt.Errorf("recipe %q has no ingredient %q to leave out; it has %s", r.Name, ingredient, strings.Join(r.Ingredients(), ", "))
}

// Ingredients are the names that [Recipe.Without] takes for the recipe.
func (r Recipe) Ingredients() []string {
	var names []string
	for _, i := range ingredients {
		without := r
		if i.without(&without); without != r {
			names = append(names, i.name)
		}
	}
	return names
}
