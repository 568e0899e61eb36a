// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// An Outcome is what became of an arm: its last training losses, over the seeds.
type Outcome struct {
	Arm      string
	Depth    int
	Mean     float64 // over the seeds that did not diverge; NaN if there is none
	Spread   float64 // standard deviation, 0 for one seed
	Seeds    int     // how many were trained
	Diverged int     // how many of them ended with a loss that is no number
}

// String is mean ± standard deviation, and how many seeds there are.
func (o Outcome) String() string {
	seeds := fmt.Sprintf("%d seeds", o.Seeds)
	if o.Seeds == 1 {
		seeds = "1 seed"
	}
	switch {
	case o.Diverged == o.Seeds:
		return fmt.Sprintf("the loss is no number any more (%s)", seeds)
	case o.Diverged > 0:
		return fmt.Sprintf("%.3f ± %.3f (%s, of which %d diverged)", o.Mean, o.Spread, seeds, o.Diverged)
	case o.Seeds == 1:
		return fmt.Sprintf("%.3f (%s)", o.Mean, seeds)
	}
	return fmt.Sprintf("%.3f ± %.3f (%s)", o.Mean, o.Spread, seeds)
}

// Outcomes are those of an experiment's arms that are part of the repository, at one depth, in the order in which they were made. It is
// for the notebooks, whose folder it looks in.
func Outcomes(experiment string, depth int) ([]Outcome, error) {
	tried, err := TriedArms(experiment)
	if err != nil {
		return nil, err
	}
	return OutcomesOf(tried, depth), nil
}

// OutcomesOf are those of the trainings of one experiment at one depth, in the order in which they were made.
func OutcomesOf(tried []Tried, depth int) (all []Outcome) {
	place, losses := map[string]int{}, map[string][]float64{}
	for _, t := range tried {
		if t.Depth != depth {
			continue
		}
		if _, found := place[t.Arm]; !found {
			place[t.Arm] = len(all)
			all = append(all, Outcome{Arm: t.Arm, Depth: depth, Mean: math.NaN()})
		}
		o := &all[place[t.Arm]]
		o.Seeds++
		if t.Diverged {
			o.Diverged++
			continue
		}
		losses[t.Arm] = append(losses[t.Arm], t.Last())
		o.Mean = stat.Mean(losses[t.Arm], nil)
		if len(losses[t.Arm]) > 1 {
			o.Spread = stat.StdDev(losses[t.Arm], nil)
		}
	}
	return all
}
