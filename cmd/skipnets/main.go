// SPDX-License-Identifier: Apache-2.0

// Command skipnets sets up and runs the course: see README.md.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/internal/whole"
	_ "github.com/skipnets/skipnets/pkg/accel/allocator" // keeps freed memory: training is faster on a CPU
)

func main() {
	pjrt.Serve()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	if err := run(ctx, os.Stdout, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "skipnets:", err)
		os.Exit(1)
	}
}

// run runs a command. It fails, too, if part of the output could not be written, as on a full disk.
func run(ctx context.Context, out io.Writer, args []string) error {
	program, written := app(), &watchedWriter{Writer: out}
	program.Writer = written
	err := program.Run(ctx, args)
	if err == nil && written.err != nil {
		err = fmt.Errorf("the output could not be written: %w", whole.Explain(written.err))
	}
	return err
}

// A watchedWriter keeps the first error of writing.
type watchedWriter struct {
	io.Writer
	err error
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// app lists the commands, each in a file of its own.
func app() *cli.Command {
	cli.VersionPrinter = printVersion
	app := &cli.Command{
		Name:                  "skipnets",
		Usage:                 "plain, residual, highway and dense networks on CIFAR-10, in Go",
		Version:               cmp.Or(about.Commit(), "of an unknown commit"), // makes the flag; printVersion answers it
		Action:                unknownCommand,
		EnableShellCompletion: true,
		ConfigureShellCompletionCommand: func(c *cli.Command) {
			c.Hidden, c.Usage = false, "print a script that completes skipnets' commands and flags in bash, zsh, fish or PowerShell"
		},
		Commands: []*cli.Command{
			labCommand(),
			runCommand(),
			siteCommand(),
			slidesCommand(),
			trainCommand(),
			evalCommand(),
			predictCommand(),
			exportCommand(),
			benchCommand(),
			netsCommand(),
			summaryCommand(),
			doctorCommand(),
		},
	}
	for _, c := range append(app.Commands, app) {
		c.OnUsageError = usageError
	}
	return app
}

// usageError says where the flags are described, in the place of the description itself, which would push the error out of sight.
func usageError(_ context.Context, c *cli.Command, err error, _ bool) error {
	said := parser.ReplaceAllString(err.Error(), "") // Go's word for where it parses numbers
	return fmt.Errorf("%s. For all flags and their values: %s --help", said, c.FullName())
}

// unknownCommand is run where no command is named, or none that there is.
func unknownCommand(_ context.Context, c *cli.Command) error {
	if c.Args().Present() {
		return fmt.Errorf("no command called %q: skipnets --help lists them", c.Args().First())
	}
	return cli.ShowAppHelp(c)
}

var parser = regexp.MustCompile(`strconv\.\w+: parsing "[^"]*": `)
