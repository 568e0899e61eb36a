// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// Notebooks lists the course's notebooks, in order, and then the solutions of their exercises.
func (s *Setup) Notebooks() ([]string, error) {
	notebooks, err := filepath.Glob(filepath.Join(s.Source, "notebooks", "*.ipynb"))
	if err != nil {
		return nil, err
	}
	if len(notebooks) == 0 {
		return nil, fmt.Errorf("no notebooks in %s", filepath.Join(s.Source, "notebooks"))
	}
	solutions, err := filepath.Glob(filepath.Join(s.Source, "notebooks", "solutions", "*.ipynb"))
	return append(notebooks, solutions...), err
}

// RunOptions say what Run does.
type RunOptions struct {
	Notebooks []string // default: all of the course, and the solutions
	HTML      string   // the folder for the pages; default: runs/html in Home
	Save      bool     // also write the outputs into the notebooks themselves
}

// Run executes notebooks one after the other and writes an HTML page of each, which lead to each other as the notebooks do,
// and an index.html. A notebook that fails does not keep the others from being run.
func (s *Setup) Run(ctx context.Context, options RunOptions) (err error) {
	if len(options.Notebooks) == 0 {
		if options.Notebooks, err = s.Notebooks(); err != nil {
			return err
		}
	}
	pages := firstOf(options.HTML, s.path("runs", "html"))
	if err := os.MkdirAll(pages, 0o755); err != nil {
		return err
	}
	var failures []error
	for _, notebook := range options.Notebooks {
		start := time.Now()
		page, err := s.runOne(ctx, notebook, pages, options.Save)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			s.say("✗ %s: %v", notebook, err)
			failures = append(failures, fmt.Errorf("%s failed", notebook))
			continue
		}
		s.say("✓ %s: %s (%v)", filepath.Base(notebook), page, time.Since(start).Round(time.Second))
	}
	course, err := s.Notebooks()
	if err != nil {
		return err
	}
	course = append(course, options.Notebooks...)
	if err := writeIndex(pages, course); err != nil {
		failures = append(failures, fmt.Errorf("the index: %w", err))
	}
	if err := linkPages(pages, course); err != nil {
		failures = append(failures, fmt.Errorf("links between the pages: %w", err))
	}
	return errors.Join(failures...)
}

// runOne executes a notebook and puts the page, and the outputs if they are to be saved, where they belong.
func (s *Setup) runOne(ctx context.Context, notebook, pages string, save bool) (page string, err error) {
	if err := os.MkdirAll(s.path("runs"), 0o755); err != nil {
		return "", s.unwritable(err)
	}
	dir, err := os.MkdirTemp(s.path("runs"), "notebook-")
	if err != nil {
		return "", s.unwritable(err)
	}
	defer os.RemoveAll(dir)
	executed, written, err := s.Execute(ctx, notebook, dir)
	if err != nil {
		return "", err
	}
	if save {
		if err := replace(executed, notebook); err != nil {
			return "", err
		}
	}
	page = filepath.Join(pages, filepath.Base(written))
	return page, replace(written, page)
}

// replace gives one file the content of another, in one go.
func replace(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return renameio.WriteFile(to, content, 0o644)
}

//go:embed execute.py
var executeScript string

// Execute runs a notebook from top to bottom through the GoNB kernel, in the folder in which it lies, as JupyterLab
// does. The notebook itself is only read: the executed one and an HTML page of it are written into dir. If a cell
// fails, the error shows the cell and what it printed.
func (s *Setup) Execute(ctx context.Context, notebook, dir string) (executed, page string, err error) {
	if _, err := os.Stat(notebook); err != nil {
		return "", "", err
	}
	name := filepath.Base(notebook)
	executed = filepath.Join(dir, name)
	page = filepath.Join(dir, pageName(name))
	cmd := s.command(ctx, s.python(), "-c", executeScript, notebook, KernelName, executed, page)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it stops the kernel first
	cells, err := cmd.StdoutPipe()
	if err != nil {
		return "", "", err
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		return "", "", err
	}
	bar := s.steps(name)
	for lines := bufio.NewScanner(cells); lines.Scan(); {
		var number, of int
		if _, err := fmt.Sscanf(lines.Text(), "cell %d %d", &number, &of); err == nil {
			bar(number, of)
		}
	}
	if err := cmd.Wait(); err != nil {
		return "", "", fmt.Errorf("%w%s", err, tail(trouble.String()))
	}
	return executed, page, nil
}
