// SPDX-License-Identifier: Apache-2.0

package recipe

// RateAt is the learning rate of the given step, 0 ≤ step < total. Of later steps it is what it was at the end.
//
// The rate is computed in Go and enters the compiled step as a number, so changing it never compiles anything again.
func (r Recipe) RateAt(step, total int) float64 {
	t := min(1, (float64(step)+0.5)/float64(total)) // the middle of the step, so that no step has rate zero
	if t < r.WarmUp {
		return r.LearningRate*t/r.WarmUp + r.StartRate*r.LearningRate*(1-t/r.WarmUp)
	}
	if r.Schedule == Constant || r.WarmUp == 1 {
		return r.LearningRate
	}
	rest := (t - r.WarmUp) / (1 - r.WarmUp) // from 0 at the peak to 1 at the end
	return r.LearningRate*(1-rest) + r.EndRate*r.LearningRate*rest
}
