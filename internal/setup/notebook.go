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
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// Notebooks lists the course's notebooks, in order, then those of exercises alone, and then the solutions of both.
func (s *Setup) Notebooks() ([]string, error) {
	dir := filepath.Join(s.Source, "notebooks")
	notebooks, err := notebooksIn(dir)
	if err != nil {
		return nil, err
	}
	if len(notebooks) == 0 {
		return nil, fmt.Errorf("no notebooks in %s", dir)
	}
	for _, folder := range []string{"exercises", "solutions"} {
		more, err := notebooksIn(filepath.Join(dir, folder))
		if err != nil {
			return nil, err
		}
		notebooks = append(notebooks, more...)
	}
	return notebooks, nil
}

// notebooksIn lists the notebooks in a folder, in order. The folder's own name may hold anything, so it is no pattern.
func notebooksIn(dir string) (notebooks []string, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, file := range files {
		if name := file.Name(); filepath.Ext(name) == extension && !strings.HasPrefix(name, ".") {
			notebooks = append(notebooks, filepath.Join(dir, name))
		}
	}
	return notebooks, err
}

// RunOptions say what Run does.
type RunOptions struct {
	Notebooks []string // default: all of the course, and the solutions
	Save      bool     // also write the outputs into the notebooks themselves
}

// Run executes notebooks one after the other. The executed ones go to the folder runs/notebooks in Home. A notebook that fails
// does not keep the others from being run.
func (s *Setup) Run(ctx context.Context, options RunOptions) (err error) {
	if len(options.Notebooks) == 0 {
		if options.Notebooks, err = s.Notebooks(); err != nil {
			return err
		}
	}
	into := s.path("runs", "notebooks")
	if err := os.MkdirAll(into, 0o755); err != nil {
		return s.unwritable(err)
	}
	var failures []error
	taken := map[string]bool{}
	for _, notebook := range options.Notebooks {
		start := time.Now()
		executed, err := s.runOne(ctx, notebook, filepath.Join(into, untaken(filepath.Base(notebook), taken)), options.Save)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			s.say("✗ %s: %v", notebook, err)
			failures = append(failures, fmt.Errorf("%s failed", notebook))
			continue
		}
		s.say("✓ %s: %s (%v)", filepath.Base(notebook), executed, time.Since(start).Round(time.Second))
	}
	return errors.Join(failures...)
}

// untaken is a notebook's name, or where another one from another folder has it, that name with a number.
func untaken(name string, taken map[string]bool) string {
	unique := name
	for n := 2; taken[unique]; n++ {
		unique = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, extension), n, extension)
	}
	taken[unique] = true
	return unique
}

// runOne executes a notebook and puts the executed one where result says, and in the place of the notebook if it is to be saved.
func (s *Setup) runOne(ctx context.Context, notebook, result string, save bool) (string, error) {
	dir, err := os.MkdirTemp(s.path("runs"), "notebook-")
	if err != nil {
		return "", s.unwritable(err)
	}
	defer os.RemoveAll(dir)
	executed, err := s.Execute(ctx, notebook, dir, 0)
	if err != nil {
		return "", err
	}
	if save {
		if err := replace(executed, notebook); err != nil {
			return "", err
		}
	}
	return result, replace(executed, result)
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
// does. The notebook itself is only read: the executed one is written into dir. If a cell fails, the error shows the cell
// and what it printed.
//
// Patience is how long the notebook may be at work without a sign of it: a cell that begins, or shows something. With 0, that
// is for ever.
func (s *Setup) Execute(ctx context.Context, notebook, dir string, patience time.Duration) (executed string, err error) {
	if notebook, err = filepath.Abs(notebook); err != nil { // programs take a name that begins with a dash for an option
		return "", err
	}
	if err := CheckNotebook(notebook); err != nil {
		return "", err
	}
	name := filepath.Base(notebook)
	executed = filepath.Join(dir, name)
	ctx, sign, stop := watchdog(ctx, patience)
	defer stop()
	cmd := s.pythonCommand(ctx, "-c", executeScript, notebook, KernelName, executed)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it stops the kernel first
	cells, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		return "", err
	}
	bar, cell := s.steps(name), 0
	for lines := bufio.NewScanner(cells); lines.Scan(); sign() {
		var of int
		if n, _ := fmt.Sscanf(lines.Text(), "cell %d %d", &cell, &of); n == 2 {
			bar(cell, of)
		}
	}
	err = cmd.Wait()
	switch cause := context.Cause(ctx); {
	case err == nil:
		return executed, nil
	case cause != nil && !errors.Is(cause, context.Canceled):
		return "", fmt.Errorf("stopped at cell %d: %w", cell, cause)
	default:
		return "", fmt.Errorf("%s: %w%s", name, err, tail(trouble.String()))
	}
}

// watchdog returns a context that ends when there has been no sign for as long as the patience, unless that is 0.
func watchdog(ctx context.Context, patience time.Duration) (_ context.Context, sign, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if patience == 0 {
		return ctx, func() {}, func() { cancel(nil) }
	}
	timer := time.AfterFunc(patience, func() { cancel(fmt.Errorf("there was no sign of progress for %v", patience)) })
	return ctx, func() { timer.Reset(patience) }, func() { timer.Stop(); cancel(nil) }
}
