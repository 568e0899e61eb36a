// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/site"
)

func siteCommand() *cli.Command {
	return &cli.Command{
		Name:      "site",
		Usage:     "write the course as a web site, with a playground in which the trained networks run in the browser",
		UsageText: "skipnets site [-serve] DIR",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "serve", Usage: "then answer with it at http://127.0.0.1, until you press Ctrl-C"},
			&cli.IntFlag{Name: "port", Value: 8000, Usage: "of -serve; 0 for any that is free"},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			dir, out := c.Args().First(), c.Root().ErrWriter
			if c.Args().Len() != 1 || dir == "" {
				return errors.New("site: give one folder for the site, which is empty or not there yet")
			}
			if port := c.Int("port"); port < 0 || port > 65535 {
				return errors.New("site: -port is a number from 0 to 65535")
			}
			if err := site.Free(dir); err != nil { // before the long wait
				return fmt.Errorf("site: %w", err)
			}
			var listener net.Listener
			if c.Bool("serve") {
				var err error
				if listener, err = site.Listen(c.Int("port")); err != nil {
					return err
				}
				defer listener.Close()
			}
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			if err := s.Ready(ctx, s.Folders(), s.GoCommand(), s.Python(), s.Jupyter()); err != nil { // nbconvert is part of it
				return err
			}
			if err := (site.Builder{Setup: s, Dir: dir, Out: out}).Build(ctx); err != nil {
				return err
			}
			if listener != nil {
				return site.Serve(ctx, dir, listener, out)
			}
			return nil
		},
	}
}
