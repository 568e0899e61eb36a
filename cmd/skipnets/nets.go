// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/nets"
)

func netsCommand() *cli.Command {
	return &cli.Command{
		Name:  "nets",
		Usage: "list the networks: families, shapes, and how names are made of them",
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.Root().Writer, 0, 0, 2, ' ', 0)
			fmt.Fprint(w, "A family says what a block makes of its input x:\n\n")
			for _, f := range nets.Families {
				fmt.Fprintf(w, "  %s\ty = %s\n", f.Name, f.Merge)
			}
			fmt.Fprint(w, "\nA shape says how blocks make a network. It comes before the family, as in half-plain-56:\n\n")
			for _, s := range nets.Shapes {
				fmt.Fprintf(w, "  %s…\t%s\n", s.Prefix, s.Means)
			}
			fmt.Fprint(w, "\nA bare number is the depth. Other numbers have a letter:\n\n")
			for _, n := range nets.Numbers {
				fmt.Fprintf(w, "  %s\t%s\n", n.Letter+"N", n.Means)
			}
			fmt.Fprintf(w, "\nFor example:\n\n  %s\n", strings.Join(nets.Names(), "\n  "))
			return w.Flush()
		},
	}
}
