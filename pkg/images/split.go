// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Split sets n pictures aside, in the same proportions of classes as s; for CIFAR-10's training set and n = 5,000 that
// leaves 45,000 for training and holds out 500 of each class. Which pictures depends on the seed only. Both parts are
// copies and keep the order of s. Split panics if n is not in 0 to s.Len().
func (s Set) Split(n int, seed uint64) (rest, heldOut Set) {
	if n < 0 || n > s.Len() {
		panic(fmt.Sprintf("images: split %d pictures off a set of %d", n, s.Len()))
	}
	byClass := make([][]int, len(s.Classes))
	for i, label := range s.Labels {
		byClass[label] = append(byClass[label], i)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	var chosen []int
	seen := 0
	for _, members := range byClass {
		random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		// Rounding the running total instead of each class's share makes the shares add up to n.
		before := share(n, seen, s.Len())
		seen += len(members)
		chosen = append(chosen, members[:share(n, seen, s.Len())-before]...)
	}
	slices.Sort(chosen)
	return s.Subset(others(chosen, s.Len())), s.Subset(chosen)
}

// share is n·part/whole, rounded down; 0 of an empty whole.
func share(n, part, whole int) int {
	if whole == 0 {
		return 0
	}
	return n * part / whole
}

// others are the numbers from 0 to n-1 that are not in the sorted list.
func others(sorted []int, n int) []int {
	rest := make([]int, 0, n-len(sorted))
	for i := range n {
		if len(sorted) > 0 && sorted[0] == i {
			sorted = sorted[1:]
			continue
		}
		rest = append(rest, i)
	}
	return rest
}
