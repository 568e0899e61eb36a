// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// trainOn trains two trained networks on, as they are and with more blocks.
func (s study) trainOn(ctx context.Context, pictures images.Set, r recipe.Recipe) error {
	const layers = 56
	for _, merge := range []string{"residual", "plain"} {
		run, err := lesson.LoadRun(filepath.Join(s.runs, fmt.Sprintf("half-%s-%d-seed1", merge, layers)))
		if err != nil {
			return err
		}
		arms, depths, err := lesson.Deeper(merge, run, layers)
		if err != nil {
			return err
		}
		for i, arm := range arms {
			if err := s.try(ctx, deeper, arm, depths[i], pictures, r, 1); err != nil {
				return err
			}
		}
	}
	return nil
}
