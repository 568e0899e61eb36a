// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/pkg/cifar"
)

// setupFlags are the flags of all commands that make something ready.
func setupFlags(more ...cli.Flag) []cli.Flag {
	return append(backendFlags(
		&cli.BoolFlag{Name: "quick", Usage: "use the small embedded sample and train for seconds"},
		&cli.StringFlag{Name: "data", Usage: "a folder with the data set's binary version, or its tar.gz archive (default for CIFAR-10: $SKIPNETS_DATA, else it is downloaded)"},
	), more...)
}

// datasetFlag is that of commands that read no data.
func datasetFlag() cli.Flag {
	return &cli.StringFlag{Name: "dataset", Value: cifar.CIFAR10.Name, Usage: strings.Join(setup.Datasets(), ", ")}
}

// datasetFlags are those of commands that train or measure on other data sets than the course's.
func datasetFlags(more ...cli.Flag) []cli.Flag {
	return append(setupFlags(
		datasetFlag(),
		&cli.StringFlag{Name: "images", Usage: "your own pictures: a folder that holds a folder for each class (the same as -dataset " + setup.Folder + " -data DIR)"},
		&cli.IntFlag{Name: "size", Usage: "of your own pictures, in pixels: their middle square is scaled to it", Value: 32},
		&cli.BoolFlag{Name: "grey", Usage: "turn your own pictures grey: one channel"},
	), more...)
}

// jsonFlag is that of commands whose output programs may want to read.
func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print a JSON object a line, for programs"}
}

// backendFlags are those of commands that need a backend and no data.
func backendFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "backend", Usage: "go, xla (a GPU's plugin where there is one, else the CPU's), xla:cpu, xla:cuda or xla:/path/plugin.so (default: $GOMLX_BACKEND, else xla:cpu)"},
		&cli.BoolFlag{Name: "unverified", Usage: "if XLA's plugin is missing, and has no published checksum for this kind of machine, download it all the same"},
	}, more...)
}

// newSetup follows setupFlags. Without a checkout it works for what does not run notebooks.
func newSetup(c *cli.Command, needsCheckout bool) (*setup.Setup, error) {
	options := setup.Options{
		Quick: c.Bool("quick"), Backend: c.String("backend"),
		Dataset: c.String("dataset"), Data: c.String("data"), Size: c.Int("size"), Grey: c.Bool("grey"),
		Unverified: c.Bool("unverified"), Helper: pjrt.Command(), Out: c.Root().ErrWriter, Anywhere: !needsCheckout,
	}
	if dir := c.String("images"); dir != "" {
		if c.IsSet("dataset") || c.IsSet("data") {
			return nil, errors.New("-images is your own data set: leave -dataset and -data away")
		}
		options.Dataset, options.Data = setup.Folder, dir
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())) {
		options.Ask = ask
	}
	return setup.New(options)
}

// ask waits for a yes at the terminal. Everything else is a no.
func ask(ctx context.Context, question string) bool {
	fmt.Fprintf(os.Stderr, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n') // what cannot be read is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false
	case yes := <-answer:
		return yes == "y" || yes == "yes"
	}
}
