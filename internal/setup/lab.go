// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// LabOptions say how JupyterLab is served.
type LabOptions struct {
	Browser bool   // open one
	Address string // where to listen
	Port    int    // the first one to try
}

// Lab serves JupyterLab on the checkout's notebooks until ctx ends. Jupyter prints the address with its token.
func (s *Setup) Lab(ctx context.Context, options LabOptions) error {
	if err := s.keepTokens(); err != nil {
		return err
	}
	args := []string{
		"-m", "jupyterlab",
		"--ServerApp.root_dir=" + filepath.Join(s.Source, "notebooks"),
		"--ServerApp.ip=" + options.Address,
		"--ServerApp.port=" + strconv.Itoa(options.Port),
		"--FileCheckpoints.checkpoint_dir=" + s.path("jupyter", "checkpoints"),
		"--MultiKernelManager.default_kernel_name=" + KernelName,
		"--LabApp.extension_manager=readonly",                                                       // what is installed is pinned
		"--ServerApp.jpserver_extensions={'jupyter_server_terminals': True, 'notebook_shim': True}", // not jupyter_lsp: for other languages, and slow to start
		"--log-level=WARN",
	}
	if !options.Browser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root") // as in a container; Jupyter refuses otherwise
	}
	cmd := s.pythonCommand(ctx, args...)
	cmd.SysProcAttr = nil                                                    // it ends with the terminal
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it stops its kernels first
	out := &wordWriter{out: s.Out}
	cmd.Stdout, cmd.Stderr = out, out // one writer: it is written by one goroutine
	s.say("starting JupyterLab; Ctrl-C stops it")
	err := cmd.Run()
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil // as asked
	}
	return err
}

// keepTokens lets nobody else into the folder in which Jupyter keeps its tokens and keys: not all of its files are private.
func (s *Setup) keepTokens() error {
	dir := s.path("jupyter", "runtime")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s.unwritable(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(dir, 0o700)
}
