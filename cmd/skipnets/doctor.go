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
		Usage: "try everything that the course uses, in some ten seconds, and say for what does not work how it is mended",
		Flags: setupFlags(&cli.BoolFlag{Name: "mend", Usage: "make ready what is missing, and once more what does not work"}),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("mend") {
				return s.Mend(ctx, s.Steps()...)
			}
			return s.Doctor(ctx, c.Root().Writer)
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
