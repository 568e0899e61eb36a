// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "list what is there, and for what is missing the command that mends it",
		Flags: setupFlags(&cli.BoolFlag{Name: "mend", Usage: "first make ready what is missing"}),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("mend") {
				return s.Ready(ctx, s.Steps()...)
			}
			return s.Doctor(c.Root().Writer)
		},
	}
}

// noArguments keeps a misspelt flag or a stray word from being passed over.
func noArguments(c *cli.Command) error {
	if c.Args().Present() {
		return fmt.Errorf("%s takes no arguments, but got %q", c.Name, c.Args().Slice())
	}
	return nil
}
