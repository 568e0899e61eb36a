// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
)

func labCommand() *cli.Command {
	return &cli.Command{
		Name:  "lab",
		Usage: "make ready what is missing and open JupyterLab on the notebooks",
		Flags: setupFlags(
			&cli.BoolFlag{Name: "no-browser", Usage: "only print the address"},
			&cli.StringFlag{Name: "ip", Value: "127.0.0.1", Usage: "listen on this address of this machine; 0.0.0.0 stands for all of them"},
			&cli.IntFlag{Name: "port", Value: 8888, Usage: "listen on this port, 1 to 65535, or the next one that is free"},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			options := setup.LabOptions{Browser: !c.Bool("no-browser"), Address: c.String("ip"), Port: c.Int("port")}
			if err := options.Check(); err != nil { // before the long wait
				return err
			}
			if err := s.Ready(ctx, s.Steps()...); err != nil {
				return err
			}
			return s.Lab(ctx, options)
		},
	}
}
