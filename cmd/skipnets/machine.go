// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
)

// ready makes ready what the flags ask for and opens the backend.
func ready(ctx context.Context, cmd *cli.Command, withData bool) (compute.Backend, *setup.Setup, error) {
	s, err := newSetup(cmd)
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

// openData returns the images that were made ready.
func openData(s *setup.Setup) (training, test images.Set, err error) {
	if s.Quick {
		training, test = cifar.Sample()
		return training, test, nil
	}
	return cifar.CIFAR10.Open(s.DataDir())
}
