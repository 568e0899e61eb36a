// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "try everything that the course uses, in some ten seconds, and say for what does not work how it is mended",
		Flags: setupFlags(
			&cli.BoolFlag{Name: "mend", Usage: "make ready what is missing, and once more what does not work"},
			jsonFlag(),
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			if err := noArguments(c); err != nil {
				return err
			}
			switch {
			case c.Bool("mend") && c.Bool("json"):
				return errors.New("doctor: -mend tells what it does in words: leave -json away, and ask for it afterwards")
			case c.Bool("mend"):
				return s.Mend(ctx, s.Steps()...)
			case c.Bool("json"):
				return doctorJSON(ctx, c.Root().Writer, s)
			}
			return s.Doctor(ctx, c.Root().Writer)
		},
	}
}

// doctorJSON writes a JSON object for each thing that is tried.
func doctorJSON(ctx context.Context, w io.Writer, s *setup.Setup) error {
	out := json.NewEncoder(w)
	var failed error // to write
	err := s.Examine(ctx, func(f setup.Finding) { failed = errors.Join(failed, out.Encode(f)) })
	return errors.Join(err, failed)
}

// noArguments keeps a misspelt flag or a stray word from being passed over.
func noArguments(c *cli.Command) error {
	if c.Args().Present() {
		return fmt.Errorf("%s takes no arguments, but got %q", c.Name, c.Args().Slice())
	}
	return nil
}
