// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/pkg/accel"
)

// devicesFlag is for commands that train.
func devicesFlag() cli.Flag {
	return &cli.IntFlag{Name: "devices", Value: 1, Usage: "how many GPUs share each step (or parts of the CPU, to try it out); the batch must be divisible",
		Validator: func(n int) error {
			if n < 1 || n > accel.MaxDevices {
				return fmt.Errorf("-devices %d is not from 1 to %d", n, accel.MaxDevices)
			}
			return nil
		}}
}

// tuneFlag is for commands that train.
func tuneFlag() cli.Flag {
	return &cli.BoolFlag{Name: "tune", Usage: "measure once which forms of convolutions' gradients are the fastest on this machine, and take those; nothing else should run meanwhile"}
}

// newTuner chooses the forms of one network's convolutions. It says when it measures.
func newTuner(progress io.Writer) *accel.Tuner {
	t := accel.NewTuner("")
	t.Report = func(string) {
		fmt.Fprintln(progress, "measuring which forms of the convolutions are the fastest here: a few seconds, once for each network and machine")
		t.Report = nil
	}
	return t
}

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
	backend, err := accel.NewOn(s.UseBackend(), max(1, cmd.Int("devices")))
	return backend, s, err
}
