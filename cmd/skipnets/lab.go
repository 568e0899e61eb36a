// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
)

// setupFlags are the flags of all commands that make something ready.
func setupFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.BoolFlag{Name: "quick", Usage: "use the small embedded sample and train for seconds"},
		backendFlag(),
		&cli.StringFlag{Name: "data", Usage: "a folder with CIFAR-10's binary version, or its tar.gz archive (default: $SKIPNETS_DATA, else it is downloaded)"},
	}, more...)
}

func backendFlag() cli.Flag {
	return &cli.StringFlag{Name: "backend", Usage: "go, xla:cpu, xla:cuda or xla:/path/plugin.so (default: $GOMLX_BACKEND, else xla:cpu)"}
}

// newSetup follows setupFlags.
func newSetup(c *cli.Command) (*setup.Setup, error) {
	return setup.New(setup.Options{Quick: c.Bool("quick"), Backend: c.String("backend"), Data: c.String("data"), Out: c.Root().ErrWriter})
}

func labCommand() *cli.Command {
	return &cli.Command{
		Name:  "lab",
		Usage: "make ready what is missing and open JupyterLab on the notebooks",
		Flags: setupFlags(
			&cli.BoolFlag{Name: "no-browser", Usage: "only print the address"},
			&cli.StringFlag{Name: "ip", Value: "127.0.0.1", Usage: "listen on this address"},
			&cli.IntFlag{Name: "port", Value: 8888, Usage: "listen on this port, or the next one that is free"},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			if err := s.Ready(ctx, s.Steps()...); err != nil {
				return err
			}
			return s.Lab(ctx, setup.LabOptions{Browser: !c.Bool("no-browser"), Address: c.String("ip"), Port: c.Int("port")})
		},
	}
}
