// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/renameio/v2"
)

// makePlugin tries the sources in order, the one with a published sum first, and reports what each of them said if none can do
// it. What is here already and works remains; it may be that only a change around it made it suspect.
func (s *Setup) makePlugin(ctx context.Context) (err error) {
	defer func() {
		if err == nil {
			_ = os.Remove(s.path("xla", unavailable)) // mostly there is none
		}
	}()
	if err := os.MkdirAll(s.path("xla"), 0o755); err != nil {
		return s.unwritable(err)
	}
	if _, err := s.checkPlugin(ctx); err == nil || errors.As(err, new(flagsError)) {
		return err
	}
	var failures []error
	for _, source := range []struct {
		name string
		get  func(ctx context.Context, dir string) (plugin string, err error)
	}{
		{fromWheel, s.wheelPlugin},
		{"one that is installed", s.installedPlugin},
		{"GoMLX's installer, unverified", s.gomlxPlugin},
	} {
		err := s.pluginFrom(ctx, source.name, source.get)
		if err == nil || ctx.Err() != nil || errors.As(err, new(flagsError)) {
			return err
		}
		s.say("  %s: %v", source.name, err)
		failures = append(failures, fmt.Errorf("%s: %w", source.name, err))
	}
	return errors.Join(failures...)
}

// pluginFrom puts a plugin in place if it loads. dir is for the source's files; a link to elsewhere remains a link.
func (s *Setup) pluginFrom(ctx context.Context, name string, get func(context.Context, string) (string, error)) error {
	dir, err := s.temporary("xla")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // so that a plugin in it is seen to be in it
		return err
	}
	plugin, err := get(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := s.tryPlugin(ctx, "xla:"+plugin); err != nil {
		return err
	}
	if info, err := os.Lstat(s.path("xla", pluginName)); err == nil && info.IsDir() { // nothing can be renamed to it
		if err := os.RemoveAll(s.path("xla", pluginName)); err != nil {
			return s.unwritable(err)
		}
	}
	file, err := filepath.EvalSymlinks(plugin)
	if err != nil {
		return err
	}
	if inside, err := filepath.Rel(dir, file); err != nil || !filepath.IsLocal(inside) { // its owner may renew it
		return errors.Join(s.notePluginSource(name, ""), renameio.Symlink(plugin, s.path("xla", pluginName)))
	}
	sum, err := fileSum(file)
	if err != nil {
		return err
	}
	return errors.Join(s.notePluginSource(name, sum), os.Rename(file, s.path("xla", pluginName)))
}

// installedPlugin is the one that GoMLX finds by itself.
func (s *Setup) installedPlugin(ctx context.Context, _ string) (string, error) {
	output, err := s.helper(ctx, os.Environ(), "looking for an installed plugin", "find")
	return strings.TrimSpace(output), err
}

// unverifiedQuestion is asked before GoMLX's installer is.
const unverifiedQuestion = "GoMLX's installer can download a plugin. It is native code, and nothing tells us its published checksum:\n" +
	"an encrypted connection is the only check. Download it and run it?"

// gomlxPlugin has GoMLX's installer download the version that GoMLX is tested with, if the user allows it.
func (s *Setup) gomlxPlugin(ctx context.Context, dir string) (string, error) {
	if !s.Unverified && (s.Ask == nil || !s.Ask(ctx, unverifiedQuestion)) {
		return "", errors.New("not asked: it downloads native code that no published checksum vouches for. If you trust it: skipnets doctor -mend -unverified")
	}
	ctx, cancel := context.WithTimeout(ctx, s.sources.installerPatience)
	defer cancel()
	if _, err := s.helper(ctx, os.Environ(), "asking GoMLX's installer", "install", dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, pluginName), nil
}

// wheelPlugin takes it out of a Python wheel, through pip.
func (s *Setup) wheelPlugin(ctx context.Context, dir string) (string, error) {
	if platform := runtime.GOOS + "/" + runtime.GOARCH; platform != "linux/amd64" {
		return "", fmt.Errorf("it is for linux/amd64, and this is %s", platform)
	}
	if err := s.ready(ctx, s.Python()); err != nil {
		return "", fmt.Errorf("pip is not here: %w", err)
	}
	downloads := s.path("downloads", "wheel")
	if _, err := s.run(s.pip(ctx, "download", "--no-deps", "--dest", downloads, wheel), "downloading the wheel (63 MB)"); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(downloads, strings.ReplaceAll(strings.Replace(wheel, "==", "-", 1), "-", "?")+"*.whl"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("pip has left %d wheels in %s", len(found), downloads)
	}
	return s.unpackWheel(found[0], dir)
}

// unpackWheel takes the plugin out of a wheel if it is the published one, and removes the wheel in any case.
func (s *Setup) unpackWheel(wheel, dir string) (string, error) {
	defer os.Remove(wheel)
	if err := checkSum(wheel, s.sources.wheelSum); err != nil {
		return "", err
	}
	plugin := filepath.Join(dir, pluginName)
	if err := unzipOne(wheel, pluginName, plugin); err != nil {
		return "", err
	}
	return plugin, checkSum(plugin, s.sources.pluginSum)
}
