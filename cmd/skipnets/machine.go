// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/pkg/accel"
)

// ready makes ready what the flags ask for and opens the backend.
func ready(ctx context.Context, cmd *cli.Command, withData bool) (compute.Backend, *setup.Setup, error) {
	s, err := newSetup(cmd, false)
	if err != nil {
		return nil, nil, err
	}
	var steps []setup.Step
	if !pjrt.Linked { // say why, and how to change it
		steps = append(steps, s.Compiler())
	}
	steps = append(steps, s.Plugin())
	if withData {
		steps = append(steps, s.Dataset())
	}
	if err := s.Ready(ctx, steps...); err != nil {
		return nil, nil, err
	}
	backend, err := accel.New(s.UseBackend())
	return backend, s, err
}
