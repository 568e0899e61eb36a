// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
)

// ready makes ready what the flags ask for and opens the backend.
func ready(ctx context.Context, cmd *cli.Command, withData bool) (compute.Backend, *setup.Setup, error) {
	s, err := newSetup(cmd)
	if err != nil {
		return nil, nil, err
	}
	steps := []setup.Step{s.Compiler(), s.Plugin()}
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
func openData(s *setup.Setup) (training, test cifar.Set, err error) {
	chosen := map[string]string{setup.EnvHome: s.Home, setup.EnvData: s.Data}
	if s.Quick {
		chosen[setup.EnvQuick] = "1"
	}
	for name, value := range chosen { // cifar.Open reads these
		if err := os.Setenv(name, value); err != nil {
			return training, test, err
		}
	}
	return cifar.Open()
}
