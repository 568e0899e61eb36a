// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Compiler is the C compiler through which Go is bound to XLA. The pure-Go backend needs none.
func (s *Setup) Compiler() Step {
	return Step{
		Name:  "C compiler",
		Check: s.checkCompiler,
		Try:   s.tryCompiler,
		Mend: "install one: " + installCommand("gcc libc6-dev", "gcc glibc-devel", "gcc") +
			"\n  or choose -backend go, which needs none and is at least twenty times slower",
	}
}

func (s *Setup) checkCompiler(ctx context.Context) (string, error) {
	if s.Backend == "go" {
		return "not needed by backend go", nil
	}
	output, err := s.command(ctx, "go", "env", "CC", "CGO_ENABLED").Output()
	if err != nil { // step Go says more
		return "", explained{fmt.Errorf("only a go command that works can tell which one it is: %w", err)}
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
		return "", explained{fmt.Errorf("%s is here but CGO_ENABLED=%s keeps Go from using it: type unset CGO_ENABLED, and if go env CGO_ENABLED still says %s, go env -u CGO_ENABLED", words[0], enabled, enabled)}
	}
	version, err := s.command(ctx, words[0], "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", words[0], err)
	}
	first, _, _ := strings.Cut(string(version), "\n")
	return first, nil
}

// tryCompiler compiles, links and runs a program of one line, which needs the C library's headers too.
func (s *Setup) tryCompiler(ctx context.Context) error {
	if s.Backend == "go" {
		return nil
	}
	output, err := s.command(ctx, "go", "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	dir, err := os.MkdirTemp("", "skipnets-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source, program := filepath.Join(dir, "try.c"), filepath.Join(dir, "try")
	if err := os.WriteFile(source, []byte("#include <stdlib.h>\nint main(void) { return abs(0); }\n"), 0o644); err != nil {
		return s.fullDisk(err)
	}
	words := strings.Fields(string(output))
	if err := quietly(s.command(ctx, words[0], append(words[1:], "-o", program, source)...)); err != nil {
		return fmt.Errorf("it cannot compile a program of two lines: %w", err)
	}
	return quietly(s.command(ctx, program))
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
