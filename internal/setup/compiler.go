// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
)

// Compiler is the C compiler through which Go is bound to XLA. The pure-Go backend needs none.
func (s *Setup) Compiler() Step {
	return Step{
		Name:  "C compiler",
		Check: s.checkCompiler,
		Mend: "install one: " + installCommand("gcc libc6-dev", "gcc glibc-devel", "gcc") +
			"\n  or choose -backend go, which needs none and is at least twenty times slower",
	}
}

func (s *Setup) checkCompiler() (string, error) {
	if s.Backend == "go" {
		return "not needed by backend go", nil
	}
	output, err := exec.Command("go", "env", "CC", "CGO_ENABLED").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	compiler, enabled, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	words := strings.Fields(compiler)
	if len(words) == 0 {
		return "", errors.New("go env knows none")
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return "", fmt.Errorf("no %s here, which Go needs to use XLA", words[0])
	}
	if enabled != "1" {
		return "", fmt.Errorf("%s is here but CGO_ENABLED=%s keeps Go from using it", words[0], enabled)
	}
	version, err := exec.Command(words[0], "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", words[0], err)
	}
	first, _, _ := strings.Cut(string(version), "\n")
	return first, nil
}

// installCommand is how packages are installed on this system; their names differ.
func installCommand(debian, fedora, other string) string {
	for _, manager := range []struct{ program, command string }{
		{"apt-get", "sudo apt-get install " + debian},
		{"dnf", "sudo dnf install " + fedora},
		{"pacman", "sudo pacman -S " + other},
		{"brew", "brew install " + other},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.command
		}
	}
	return fmt.Sprintf("%s, with the package manager of this %s system", other, runtime.GOOS)
}
