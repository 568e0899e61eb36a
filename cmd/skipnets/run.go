// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "make ready what is missing, execute the notebooks and solutions without a browser; the executed ones go to runs/notebooks in $SKIPNETS_HOME",
		ArgsUsage: "[notebook…]",
		Flags: setupFlags(
			&cli.BoolFlag{Name: "save", Usage: "also write the outputs into the notebooks themselves"},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			for _, notebook := range c.Args().Slice() { // before the long wait
				if err := setup.CheckNotebook(notebook); err != nil {
					return err
				}
			}
			if err := s.Ready(ctx, s.Steps()...); err != nil {
				return err
			}
			return s.Run(ctx, setup.RunOptions{Notebooks: c.Args().Slice(), Save: c.Bool("save")})
		},
	}
}
