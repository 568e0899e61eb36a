// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"reflect"
	"slices"
	"strings"
	"testing"
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
	full := Recipe{Optimizer: Muon, Flip: AlternatingFlip}
	fields := reflect.ValueOf(&full).Elem()
	for i := range fields.NumField() {
		switch f := fields.Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Float64:
			f.SetFloat(0.5)
		case reflect.Int:
			f.SetInt(1)
		}
	}
	for _, i := range ingredients {
		i.without(&full)
	}
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		if zero := fields.Field(i).IsZero() || fields.Field(i).Interface() == NoFlip; !zero && !slices.Contains(needed, name) {
			t.Errorf("no ingredient takes %s away", name)
		}
	}
}
