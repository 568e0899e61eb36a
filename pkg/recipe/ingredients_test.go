// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
)

// Every recipe without one of its ingredients is one that trains, and no longer has it.
func TestWithout(t *testing.T) {
	for _, r := range presets {
		for _, name := range r.Ingredients() {
			without, err := r.Without(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := without.Validate(); err != nil {
				t.Error(err)
			}
			if slices.Contains(without.Ingredients(), name) {
				t.Errorf("%s still has %s", without.Name, name)
			}
			if want := r.Name + "-without-" + name; without.Name != want {
				t.Errorf("its name is %q, want %q", without.Name, want)
			}
		}
	}
	if _, err := toyRecipe().Without("whiten"); err == nil || !strings.Contains(err.Error(), "it has warm-up") {
		t.Errorf("error %v, want one that lists what there is", err)
	}
}

// Every switch of a recipe can be taken away: only what any training needs is no ingredient.
func TestEveryFieldIsAnIngredient(t *testing.T) {
	needed := []string{"Name", "Epochs", "Steps", "BatchSize", "Optimizer", "LearningRate", "Schedule", "Momentum", "WeightDecay", "BFloat16"}
	full := Recipe{Optimizer: Muon, Augment: images.Augment{Flip: images.AlternatingFlip}}
	fields := reflect.VisibleFields(reflect.TypeFor[Recipe]()) // those of Augment, too
	value := func(f reflect.StructField) reflect.Value { return reflect.ValueOf(&full).Elem().FieldByIndex(f.Index) }
	for _, f := range fields {
		switch f.Type.Kind() {
		case reflect.Bool:
			value(f).SetBool(true)
		case reflect.Float64:
			value(f).SetFloat(0.5)
		case reflect.Int:
			value(f).SetInt(1)
		}
	}
	for _, i := range ingredients {
		i.without(&full)
	}
	for _, f := range fields {
		left := !value(f).IsZero()
		if left && !f.Anonymous && !slices.Contains(needed, f.Name) {
			t.Errorf("no ingredient takes %s away", f.Name)
		}
	}
}
