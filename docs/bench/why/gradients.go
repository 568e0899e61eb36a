// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A following says which trainings are watched, and after which steps.
type following struct {
	arms   []lesson.Arm
	depths []int
	epochs int // 0 for the recipe's
	steps  []int
}

// followings are first the trainings of the rescues and their like, then longer ones of the two networks that say most.
func (s study) followings() []following {
	arms := lesson.GradientArms()
	return []following{
		{arms, s.depths(56, 20), 0, []int{0, 1, 3, 10, 30, 100, 300}},
		{arms[:2], s.depths(56), 14, []int{0, 1, 10, 100, 300, 1000}},
	}
}

// follow watches the gradients of trainings, unless the file has them.
func (s study) follow(ctx context.Context, pictures images.Set, r recipe.Recipe) error {
	for _, f := range s.followings() {
		r := r
		if f.epochs > 0 {
			r.Epochs = f.epochs
		}
		for _, depth := range f.depths {
			for _, arm := range f.arms {
				if err := s.followOne(ctx, arm, depth, pictures, r, f.steps); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s study) followOne(ctx context.Context, arm lesson.Arm, depth int, pictures images.Set, r recipe.Recipe, steps []int) error {
	file := filepath.Join(s.dir, filepath.Base(lesson.FollowedFile))
	done, err := lesson.ReadFollowed(file)
	if err != nil {
		return err
	}
	total, err := arm.Steps(depth, pictures, r)
	if err != nil {
		return err
	}
	wanted := lesson.Followed{Arm: arm.Name, Depth: depth, Images: pictures.Len(), Recipe: r.Name, Seed: 1, Steps: total}
	if slices.ContainsFunc(done, wanted.Same) {
		return nil
	}
	steps = slices.DeleteFunc(slices.Clone(steps), func(step int) bool { return step >= total })
	followed, err := arm.Follow(ctx, depth, pictures, r, 1, steps...)
	if err != nil {
		return err
	}
	fmt.Printf("%-12s %-30s %d layers, %d of %d moments\n", gradients, arm.Name, depth, len(followed.Moments), len(steps))
	return lesson.AppendFollowed(file, followed)
}
