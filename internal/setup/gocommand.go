// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// GoCommand is the go command, which compiles the notebooks' cells. A program that is built already needs none.
func (s *Setup) GoCommand() Step {
	return Step{
		Name:  "Go",
		Check: s.checkGo,
		Mend:  "install Go, as https://go.dev/doc/install says, and put it into PATH. predict, eval, train and bench need none",
	}
}

func (s *Setup) checkGo(ctx context.Context) (string, error) {
	program, err := exec.LookPath("go")
	if err != nil {
		return "", errors.New("there is no go command in PATH, which compiles what is in the notebooks")
	}
	cmd := s.command(ctx, program, "env", "GOVERSION", "GOROOT")
	cmd.Dir = s.Source // whose go.mod may ask for another one
	output, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("%s env: %w%s", program, err, tail(string(exit.Stderr)))
		}
		return "", err
	}
	return strings.Join(strings.Fields(string(output)), " in "), nil
}
