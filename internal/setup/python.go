// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/google/renameio/v2"
)

// Python is a virtual environment of our own: nothing else on the system is touched.
func (s *Setup) Python() Step {
	return Step{
		Name:  "Python",
		Check: s.checkPython,
		Try:   s.tryPython,
		Make:  s.makePython,
	}
}

// venvReady is written into the environment when it is complete; it holds the version.
const venvReady = "skipnets-python"

func (s *Setup) checkPython(ctx context.Context) (string, error) {
	version, err := os.ReadFile(s.path("venv", venvReady))
	if err != nil {
		return "", errors.New("no virtual environment yet")
	}
	const question = `import sys; print("Python %d.%d" % sys.version_info[:2])`
	now, err := s.pythonCommand(ctx, "-c", question).CombinedOutput() // a link to the system's Python, which may be gone, or another by now
	if err != nil {
		return "", fmt.Errorf("the virtual environment does not work: %w\n%s", err, now)
	}
	if !strings.HasPrefix(string(version)+".", strings.TrimSpace(string(now))+".") { // the environment's packages are those of a version
		return "", fmt.Errorf("the virtual environment was made for %s, and the system has %s now", version, bytes.TrimSpace(now))
	}
	return fmt.Sprintf("%s in %s", version, s.path("venv")), nil
}

// tryPython makes sure that pip is there, and whole.
func (s *Setup) tryPython(ctx context.Context) error {
	return quietly(s.pythonCommand(ctx, "-m", "pip", "--version"))
}

func (s *Setup) makePython(ctx context.Context) error {
	python, version, err := s.findPython(ctx)
	if err != nil {
		return fmt.Errorf("%w\n  install it: %s", err, installCommand("python3 python3-venv", "python3 python3-pip", "python3"))
	}
	if err := os.RemoveAll(s.path("venv")); err != nil { // what a killed run has left, or one for a Python that is gone
		return s.unwritable(err)
	}
	if _, err := s.run(s.command(ctx, python, "-I", "-m", "venv", s.path("venv")), "making a virtual environment"); err != nil {
		return err
	}
	return renameio.WriteFile(s.path("venv", venvReady), []byte(version), 0o644)
}

// findPython takes the first Python that is new enough and can make virtual environments.
func (s *Setup) findPython(ctx context.Context) (path, version string, err error) {
	const question = `import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 10))`
	err = errors.New("no Python here")
	for _, name := range s.sources.pythons {
		path, lookErr := exec.LookPath(name)
		if lookErr != nil {
			continue
		}
		output, runErr := s.command(ctx, path, "-I", "-c", question).Output()
		version = strings.TrimSpace(string(output))
		switch {
		case runErr == nil:
			return path, "Python " + version, nil
		case version != "":
			err = fmt.Errorf("%s is Python %s, but JupyterLab needs 3.10 or newer", path, version)
		default:
			err = fmt.Errorf("%s cannot make virtual environments (its modules venv and ensurepip are missing)", path)
		}
	}
	return "", "", err
}

// python is the interpreter in the virtual environment.
func (s *Setup) python() string { return s.path("venv", "bin", "python") }
