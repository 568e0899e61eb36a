// SPDX-License-Identifier: Apache-2.0

package recipe

import "math"

// RateAt is the learning rate of the given step, 0 ≤ step < total. Of later steps it is what it was at the end.
//
// The rate is computed in Go and enters the compiled step as a number, so changing it never compiles anything again.
func (r Recipe) RateAt(step, total int) float64 {
	t := min(1, (float64(step)+0.5)/float64(total)) // the middle of the step, so that no step has rate zero
	if t < r.WarmUp {
		return r.LearningRate * t / r.WarmUp
	}
	rest := 0.0
	if r.WarmUp < 1 {
		rest = (t - r.WarmUp) / (1 - r.WarmUp) // from 0 at the peak to 1 at the end
	}
	switch r.Schedule {
	case OneCycle:
		return r.LearningRate * (1 - rest)
	case Cosine:
		return r.LearningRate * (1 + math.Cos(math.Pi*rest)) / 2
	case Step:
		switch {
		case t >= 0.75:
			return r.LearningRate / 100
		case t >= 0.5:
			return r.LearningRate / 10
		}
	}
	return r.LearningRate
}

// averagedSteps is how many of the steps up to and including this one count for the average of weights: 0 before
// averaging begins.
func (r Recipe) averagedSteps(step, total int) int {
	first := total - int(math.Round(r.Averaging*float64(total)))
	return max(0, step-first+1)
}
