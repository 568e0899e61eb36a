// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// command prepares a program that ends, with all that it has started, when ctx does. It shares the lock in ctx.
func (s *Setup) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = s.Env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if lock, ok := ctx.Value(lockKey{}).(*os.File); ok {
		cmd.ExtraFiles = []*os.File{lock}
	}
	return cmd
}

// quietly runs a program whose output matters only if it fails.
func quietly(cmd *exec.Cmd) error {
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w%s", filepath.Base(cmd.Path), err, tail(string(output)))
	}
	return nil
}

// run runs a program with a sign of life on Out. Its output is returned, and ends the error if it fails.
func (s *Setup) run(cmd *exec.Cmd, what string) (string, error) {
	defer s.spin(what)()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return output.String(), fmt.Errorf("%s: %w%s", filepath.Base(cmd.Path), err, tail(output.String()))
	}
	return output.String(), nil
}

// tail is the end of a program's output, indented, for an error message: the part of it that is for users.
func tail(output string) string {
	const most = 20
	lines := strings.Split(strings.TrimSpace(forUsers(output)), "\n")
	if lines[0] == "" {
		return ""
	}
	return "\n    " + strings.Join(lines[max(0, len(lines)-most):], "\n    ")
}
