// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tryTools starts each program.
func (s *Setup) tryTools(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "skipnets-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return s.fullDisk(err)
	}
	for _, command := range [][]string{{"gonb", "--version"}, {"goimports", "-l", source}, {"gopls", "version"}} {
		if err := quietly(s.command(ctx, s.path("bin", command[0]), command[1:]...)); err != nil {
			return fmt.Errorf("%s does not run: %w", s.path("bin", command[0]), err)
		}
	}
	return nil
}

// oneCell is a notebook with a program in its one cell.
const oneCell = `{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {},
	"execution_count": null, "outputs": [], "source": "%%\nfmt.Println(\"six times seven is\", 6*7)"}]}`

// patienceForOneCell allows for a machine that is busy, and has never compiled anything before.
const patienceForOneCell = 5 * time.Minute

// tryKernel starts the kernel, as JupyterLab does, and runs a cell.
func (s *Setup) tryKernel(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "skipnets-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	notebook, into := filepath.Join(dir, "a notebook of one cell.ipynb"), filepath.Join(dir, "executed")
	if err := os.Mkdir(into, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(notebook, []byte(oneCell), 0o644); err != nil {
		return s.fullDisk(err)
	}
	executed, err := s.Execute(ctx, notebook, into, patienceForOneCell)
	if err != nil {
		return fmt.Errorf("a cell does not run: %w", err)
	}
	if content, err := os.ReadFile(executed); err != nil || !strings.Contains(string(content), "six times seven is 42") {
		return fmt.Errorf("a cell that prints 42 has printed something else (%w)", err)
	}
	return nil
}
