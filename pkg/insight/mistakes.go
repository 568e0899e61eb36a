// SPDX-License-Identifier: Apache-2.0

package insight

import "fmt"

// Mistakes sorts images by how many of several networks are wrong about them: byCount[k] lists, in ascending order, the
// images that exactly k networks take for something else than the label says; so byCount[0] are those that all get right.
// guesses[n][i] is what network n takes image i for. It is an error if a network has guessed another number of images.
func Mistakes(labels []int32, guesses ...[]int32) (byCount [][]int, err error) {
	for n, guess := range guesses {
		if len(guess) != len(labels) {
			return nil, fmt.Errorf("insight: mistakes: network %d has %d guesses for %d labels", n, len(guess), len(labels))
		}
	}
	byCount = make([][]int, len(guesses)+1)
	for i, label := range labels {
		wrong := 0
		for _, guess := range guesses {
			if guess[i] != label {
				wrong++
			}
		}
		byCount[wrong] = append(byCount[wrong], i)
	}
	return byCount, nil
}
