// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/slides"
)

func slidesCommand() *cli.Command {
	return &cli.Command{
		Name:      "slides",
		Usage:     "write notebooks as slides for a browser, with their figures and the prose as speaker's notes; they need no network",
		UsageText: "skipnets slides [-out DIR] [NOTEBOOK…]\n\nWithout a notebook: all of the course. Open a page of the folder in a browser. → goes on, S opens the speaker's notes,\nand O shows all slides.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Value: "slides", Usage: "a folder that is empty, not there yet, or holds earlier slides"},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			s, err := newSetup(c, true)
			if err != nil {
				return err
			}
			notebooks := c.Args().Slice()
			for _, notebook := range notebooks { // before the long wait
				if err := setup.CheckNotebook(notebook); err != nil {
					return err
				}
			}
			if len(notebooks) == 0 {
				all, err := s.Notebooks()
				if err != nil {
					return err
				}
				for _, notebook := range all {
					if filepath.Base(filepath.Dir(notebook)) == "notebooks" { // no exercises alone, no solutions
						notebooks = append(notebooks, notebook)
					}
				}
			}
			if err := s.Ready(ctx, s.Folders(), s.Python(), s.Jupyter()); err != nil { // nbconvert is part of it
				return err
			}
			return slides.Write(ctx, s, notebooks, c.String("out"), c.Root().ErrWriter)
		},
	}
}
