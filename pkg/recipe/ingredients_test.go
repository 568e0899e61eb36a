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

// What is left out and put in again is the recipe it was, as far as the presets agree on how much of it.
func TestWith(t *testing.T) {
	for _, i := range ingredients {
		bare, err := toyRecipe().With(i.name)
		if i.name == "warm-up" { // toyRecipe has one
			if err == nil || !strings.Contains(err.Error(), "lacks muon, whiten") {
				t.Errorf("error %v, want one that lists what it lacks", err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.Contains(bare.Ingredients(), i.name) && i.name != "reflect" { // which needs a shift
			t.Errorf("%s has only %v", bare.Name, bare.Ingredients())
		}
		if err := bare.Validate(); err != nil {
			t.Error(err)
		}
		class, err := Preset("class")
		if err != nil {
			t.Fatal(err)
		}
		if without, err := class.Without(i.name); err == nil && i.name != "shift" && i.name != "flip" {
			again, err := without.With(i.name)
			if again.Name = class.Name; err != nil || again != class {
				t.Errorf("%s put back into class: %v, %s", i.name, err, again)
			}
		}
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
		i.copy(&full, none)
	}
	for _, f := range fields {
		left := !value(f).IsZero()
		if left && !f.Anonymous && !slices.Contains(needed, f.Name) {
			t.Errorf("no ingredient takes %s away", f.Name)
		}
	}
}
