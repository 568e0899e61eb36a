// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// lineup is what a preset trains when no network is named: the families that the course compares, in each of these forms.
type lineup struct {
	forms  []string
	widths []int         // for a form that has one, the preset's own first; narrower ones serve slower machines
	budget time.Duration // that a network may take; zero is any time
}

var lineups = map[string]lineup{
	"quick":     {forms: []string{"compact-%s-w16"}},
	"class":     {forms: []string{"wide-%s-w%d"}, widths: []int{24, 16, 8}, budget: 4 * time.Minute},
	"depth":     {forms: atDepths("half-%%s-%d")},
	"break":     {forms: []string{"wide-%s-w%d"}, widths: []int{40, 32, 24, 16}, budget: 20 * time.Minute},
	"hour":      {forms: []string{"wide-%s-w24"}},
	"hour-muon": {forms: []string{"wide-%s-w%d"}, widths: []int{48, 40, 32, 24, 16}, budget: time.Hour},
	"gpu":       {forms: []string{"wide-%s-w64"}},
	"article":   {forms: []string{"article-%s"}},
}

// atDepths are forms of all depths that the course compares.
func atDepths(form string) (forms []string) {
	for _, depth := range nets.Depths {
		forms = append(forms, fmt.Sprintf(form, depth))
	}
	return forms
}

// names of the lineup's networks, if they have a width, of this one.
func (l lineup) names(width int) (names []string) {
	for _, form := range l.forms {
		for _, family := range nets.Compared() {
			names = append(names, l.name(form, family.Name, width))
		}
	}
	return names
}

func (l lineup) name(form, family string, width int) string {
	if l.widths == nil {
		return fmt.Sprintf(form, family)
	}
	return fmt.Sprintf(form, family, width)
}

// presetNets are the networks of a preset when none is named, as wide as the preset has them.
func presetNets(preset string) []string {
	l := lineups[preset]
	width := 0
	if l.widths != nil {
		width = l.widths[0]
	}
	names := l.names(width)
	if preset == "depth" {
		for _, family := range nets.Compared() {
			for _, v := range family.Settings {
				names = append(names, fmt.Sprintf("half-%s-20-%s", family.Name, v.Option), fmt.Sprintf("half-%s-56-%s", family.Name, v.Option))
			}
		}
	}
	return names
}

// measuredFamily stands for all that are compared: they get the same width, so that only the merge differs.
const measuredFamily = "residual"

// fitting are the networks of a preset that this machine trains in the preset's time: as wide as the preset has them, if a
// short measurement says so, else narrower. It says what it chooses. A run that is there already settles the width, too.
func (t experiment) fitting(ctx context.Context, preset, base string, seed int64) ([]string, error) {
	l := lineups[preset]
	if l.budget == 0 {
		return presetNets(preset), nil
	}
	for _, width := range l.widths {
		run := fmt.Sprintf("%s-seed%d", l.name(l.forms[0], measuredFamily, width), seed)
		if _, err := os.Stat(filepath.Join(base, run, recipe.HistoryFile)); err == nil {
			return l.names(width), nil
		}
	}
	name := l.name(l.forms[0], measuredFamily, l.widths[0])
	fmt.Fprintf(t.progress, "\nmeasuring how fast this machine trains %s (networks named after the command are trained without asking)\n", name)
	takes, err := t.duration(ctx, name)
	if err != nil {
		return nil, err
	}
	width := l.widest(takes)
	fmt.Fprintf(t.progress, "%s would take about %s; the preset %s has %s.", name, minutes(takes), preset, minutes(l.budget))
	if width != l.widths[0] {
		fmt.Fprintf(t.progress, " This machine gets narrower networks: %s, about %s.", l.name(l.forms[0], measuredFamily, width), minutes(l.scaled(takes, width)))
	}
	fmt.Fprintln(t.progress)
	return l.names(width), nil
}

// patience is by how much a network may exceed the budget: a few steps measure the time no better.
const patience = 1.25

// widest is the largest width that fits the budget, or the smallest one, if the widest takes that long.
func (l lineup) widest(takes time.Duration) int {
	for _, width := range l.widths {
		if float64(l.scaled(takes, width)) <= patience*float64(l.budget) {
			return width
		}
	}
	return l.widths[len(l.widths)-1]
}

// scaled is the time of a network of that width, if the widest takes so long: multiply-adds grow with the width's square.
func (l lineup) scaled(takes time.Duration, width int) time.Duration {
	ratio := float64(width) / float64(l.widths[0])
	return time.Duration(float64(takes) * ratio * ratio)
}

// timedSteps are enough for a median, and done in seconds.
const timedSteps = 5

// duration is how long a training takes on this machine, by a few steps of it.
func (t experiment) duration(ctx context.Context, name string) (time.Duration, error) {
	net, err := nets.Parse(name, len(t.training.Classes))
	if err != nil {
		return 0, err
	}
	training, heldOut, err := datasets(t.training, t.recipe, uint64(t.seed))
	if err != nil {
		return 0, err
	}
	speed, err := recipe.MeasureSpeed(ctx, recipe.Job{
		Backend: t.backend, Tuner: t.tuner(), Name: name, Model: images.Normalized(net, t.training.Moments), Recipe: t.recipe, Devices: t.devices,
		Training: training,
	}, timedSteps)
	if err != nil {
		return 0, err
	}
	steps := t.recipe.TotalSteps(training.Len() / t.recipe.BatchSize)
	seconds := float64(steps*t.recipe.BatchSize)/speed.TrainPerSecond + float64(t.recipe.Epochs*heldOut.Len())/speed.EvaluatePerSecond
	return speed.FirstStep + time.Duration(seconds*float64(time.Second)), nil
}

// minutes of a duration, in words.
func minutes(d time.Duration) string {
	if d < 90*time.Second {
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}
