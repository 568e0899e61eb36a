// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// An ingredient is a part of a recipe that can be left out or put in while all else stays: it copies its own fields from
// another recipe.
type ingredient struct {
	name string
	copy func(r *Recipe, from Recipe)
}

var ingredients = []ingredient{
	{"muon", func(r *Recipe, from Recipe) {
		if r.Optimizer == Muon || from.Optimizer == Muon {
			r.Optimizer, r.KernelRate, r.KernelMomentum = from.Optimizer, from.KernelRate, from.KernelMomentum
		}
	}},
	{"whiten", func(r *Recipe, from Recipe) { r.Whiten, r.WhitenBias = from.Whiten, from.WhitenBias }},
	{"identity", func(r *Recipe, from Recipe) { r.Identity = from.Identity }},
	{"offset-rate", func(r *Recipe, from Recipe) { r.OffsetRate = from.OffsetRate }},
	{"decay-norms", func(r *Recipe, from Recipe) { r.DecayNorms = from.DecayNorms }},
	{"fixed-scale", func(r *Recipe, from Recipe) { r.FixedScale = from.FixedScale }},
	{"norm-momentum", func(r *Recipe, from Recipe) { r.NormMomentum = from.NormMomentum }},
	{"reestimate", func(r *Recipe, from Recipe) { r.ReestimateBatches = from.ReestimateBatches }},
	{"lookahead", func(r *Recipe, from Recipe) { r.Lookahead = from.Lookahead }},
	{"logit-scale", func(r *Recipe, from Recipe) { r.LogitScale = from.LogitScale }},
	{"label-smoothing", func(r *Recipe, from Recipe) { r.LabelSmoothing = from.LabelSmoothing }},
	{"warm-up", func(r *Recipe, from Recipe) { r.WarmUp, r.StartRate = from.WarmUp, from.StartRate }},
	{"floor", func(r *Recipe, from Recipe) { r.EndRate = from.EndRate }},
	{"shift", func(r *Recipe, from Recipe) { r.Pad, r.Reflect = from.Pad, from.Reflect }},
	{"reflect", func(r *Recipe, from Recipe) { r.Reflect = from.Reflect }},
	{"light", func(r *Recipe, from Recipe) { r.Brightness, r.Contrast = from.Brightness, from.Contrast }},
	{"flip", func(r *Recipe, from Recipe) { r.Flip = from.Flip }},
	{"alternating-flip", func(r *Recipe, from Recipe) {
		switch {
		case from.Flip == images.AlternatingFlip:
			r.Flip = from.Flip
		case r.Flip == images.AlternatingFlip:
			r.Flip = images.RandomFlip
		}
	}},
}

var (
	// none is what an ingredient is copied from to leave it out.
	none = Recipe{Optimizer: SGD}
	// all has every ingredient, as the presets for short budgets have it or, if they do without, as airbench94 has.
	all = func() Recipe {
		r := short("", 1, 2)
		r.NormMomentum, r.Lookahead, r.EndRate = 0.6, 5, 0.07
		r.Brightness, r.Contrast = 0.1, 0.1
		return r
	}()
)

// Without is the recipe with one ingredient left out and all else unchanged, to see what the ingredient is worth. Leaving out
// Muon trains the kernels by SGD like all other weights. An ingredient that the recipe does not have is an error, which
// lists those that it has.
func (r Recipe) Without(name string) (Recipe, error) {
	without, changed := r.copied(name, none)
	if !changed {
		return r, fmt.Errorf("recipe %q has no ingredient %q to leave out; it has %s", r.Name, name, strings.Join(r.Ingredients(), ", "))
	}
	without.Name += "-without-" + name
	return without, nil
}

// With is the recipe with one ingredient more, and all else unchanged: [IdentityKernels] for a deep plain network, say. One
// that it has already, or that there is not, is an error, which lists those that are left.
func (r Recipe) With(name string) (Recipe, error) {
	with, changed := r.copied(name, all)
	if !changed || slices.Contains(r.Ingredients(), name) {
		var left []string
		for _, i := range ingredients {
			if !slices.Contains(r.Ingredients(), i.name) {
				left = append(left, i.name)
			}
		}
		return r, fmt.Errorf("recipe %q can't be given the ingredient %q; it lacks %s", r.Name, name, strings.Join(left, ", "))
	}
	with.Name += "-with-" + name
	return with, nil
}

// Ingredients are the names that [Recipe.Without] takes for the recipe.
func (r Recipe) Ingredients() []string {
	var names []string
	for _, i := range ingredients {
		if _, changed := r.copied(i.name, none); changed {
			names = append(names, i.name)
		}
	}
	return names
}

// copied is the recipe with an ingredient as it is in another one.
func (r Recipe) copied(name string, from Recipe) (copied Recipe, changed bool) {
	copied = r
	for _, i := range ingredients {
		if i.name == name {
			i.copy(&copied, from)
		}
	}
	return copied, copied != r
}
