// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// setUp makes an empty home ready. Downloads come through the real clients, which may have them in their caches.
func (b *bench) setUp() job {
	home := b.path("home")
	return job{
		name: "set-up", args: []string{"doctor", "-mend"}, env: []string{"SKIPNETS_HOME=" + home},
		dir: home, share: 0.4, power: 3, kills: 20, result: homeFiles, whole: wholeSteps, kept: stepsDone,
	}
}

// A milestone appears when a step of the set-up is complete, and vouches for a folder, or else what begins so.
type milestone struct{ file, vouchesFor string }

// The kernel's description and JupyterLab's settings lie in the environment, too, and come one by one after its packages.
const kernels, settings = "venv/share/jupyter/kernels/gonb/kernel.json", "venv/share/jupyter/lab/settings/overrides.json"

var milestones = []milestone{
	{"venv/skipnets-jupyter", "venv/"}, {kernels, kernels}, {settings, settings},
	{"cifar-10-batches-bin/test_batch.bin", "cifar-10-batches-bin/"},
	{"xla/pjrt_c_api_cpu_plugin.so", "xla/pjrt"},
	{"bin/gonb", "bin/gonb"}, {"bin/goimports", "bin/goimports"}, {"bin/gopls", "bin/gopls"},
}

// vouches tells whether a file must be whole when the milestone is there.
func (m milestone) vouches(name string) bool {
	later := name == kernels || name == settings
	return strings.HasPrefix(name, m.vouchesFor) && (!later || m.vouchesFor == name)
}

// stepsDone counts what is complete.
func stepsDone(home string) (n int, err error) {
	for _, m := range milestones {
		switch _, err := os.Stat(filepath.Join(home, m.file)); {
		case err == nil:
			n++
		case !errors.Is(err, fs.ErrNotExist):
			return n, err
		}
	}
	return n, nil
}

// wholeSteps compares what vouches for itself with the same files of a complete home.
func wholeSteps(home string, done manifest) error {
	got, err := homeFiles(home)
	if err != nil {
		return err
	}
	for _, m := range milestones {
		if _, err := os.Stat(filepath.Join(home, m.file)); err != nil {
			continue
		}
		for name, digest := range done {
			if m.vouches(name) && got[name] != digest {
				return fmt.Errorf("%s is there, but %s is not as it should be", m.file, name)
			}
		}
	}
	return nil
}

// homeFiles are the digests of what a set-up leaves in a home, without what may be there or not, or holds the time: locks, probes, downloads,
// Jupyter's state, what Python has compiled, and the notes of what has been tried.
func homeFiles(home string) (manifest, error) {
	files := manifest{}
	err := filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // a program that a killed process has started may still be at work
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(home, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir():
			if name == "locks" || name == "downloads" || name == "jupyter" || name == "runs" || entry.Name() == "__pycache__" {
				return filepath.SkipDir
			}
			return nil
		case name == "xla/tried.json", strings.HasPrefix(name, "skipnets-probe-"): // which is removed when it is a minute old
			return nil
		case entry.Type()&fs.ModeSymlink != 0:
			files[name], err = os.Readlink(path)
			return err
		}
		files[name], err = digest(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return files, err
}

func digest(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, in)
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}
