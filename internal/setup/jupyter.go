// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"
)

//go:embed requirements.txt
var requirements []byte

// Jupyter is JupyterLab and nbconvert in our virtual environment, every version pinned.
func (s *Setup) Jupyter() Step {
	return Step{
		Name:  "JupyterLab",
		Check: s.checkJupyter,
		Try:   s.tryJupyter,
		Make:  s.makeJupyter,
		Mend:  "It comes through pip: try again with a network connection, and see the output above.",
	}
}

// jupyterReady is written into the environment when all packages are there; it holds the sum of their list.
const jupyterReady = "skipnets-jupyter"

func (s *Setup) checkJupyter(context.Context) (string, error) {
	sum, err := os.ReadFile(s.path("venv", jupyterReady))
	if err != nil {
		return "", errors.New("not here yet")
	}
	if string(sum) != requirementsSum() {
		return "", errors.New("other versions are wanted now")
	}
	return fmt.Sprintf("%s with nbconvert %s", pinned("jupyterlab"), pinned("nbconvert")), nil
}

//go:embed try.py
var tryScript string

// tryJupyter makes sure that every file of every package is there, and imports what we use.
func (s *Setup) tryJupyter(ctx context.Context) error {
	return quietly(s.pythonCommand(ctx, "-c", tryScript))
}

func (s *Setup) makeJupyter(ctx context.Context) error {
	if _, err := s.checkPython(ctx); err != nil {
		return err
	}
	list := s.path("downloads", "requirements.txt")
	if err := os.MkdirAll(s.path("downloads"), 0o755); err != nil {
		return s.unwritable(err)
	}
	if err := renameio.WriteFile(list, requirements, 0o644); err != nil {
		return s.unwritable(err)
	}
	if err := s.removePackages(); err != nil {
		return s.unwritable(err)
	}
	if _, err := s.run(s.pip(ctx, "install", "--require-hashes", "--force-reinstall", "--requirement", list), "installing JupyterLab (60 MB)"); err != nil {
		return err
	}
	return renameio.WriteFile(s.path("venv", jupyterReady), []byte(requirementsSum()), 0o644)
}

// ownPackages are those that a new environment has.
var ownPackages = regexp.MustCompile(`^(pip|setuptools|pkg_resources|_distutils_hack|distutils-precedence\.pth)(-.*)?$`)

// removePackages removes all others: those of another version, and what a killed pip has left of them, as files whose names begin
// with a tilde and lists of files that have no end.
func (s *Setup) removePackages() error {
	packages, err := fs.Glob(os.DirFS(s.path("venv")), "lib/python*/site-packages/*")
	for _, name := range packages {
		if !ownPackages.MatchString(path.Base(name)) {
			err = errors.Join(err, os.RemoveAll(s.path("venv", filepath.FromSlash(name))))
		}
	}
	return err
}

func requirementsSum() string {
	sum := sha256.Sum256(requirements)
	return hex.EncodeToString(sum[:])
}

// pinned is the version of a package in our list.
func pinned(name string) string {
	match := regexp.MustCompile(`(?m)^` + name + `==(\S+)`).FindSubmatch(requirements)
	if match == nil {
		return "unknown"
	}
	return string(match[1])
}
