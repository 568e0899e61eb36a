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

// Plugin is the PJRT plugin for the backend that was asked for. With nothing asked, the one for the CPU is looked for in
// this order: where GoMLX finds it, GoMLX's own installer, a Python wheel. If none of these can be had, notebooks run on
// the pure-Go backend, and a warning says so. A backend that was asked for by name is that one or an error.
func (s *Setup) Plugin() Step {
	var missing error // why there is no plugin, once we know that none can be had
	step := Step{Name: "XLA plugin", Make: s.makePlugin}
	switch s.Backend {
	case "go":
		step.Check = func() (string, error) { return "not needed by backend go", nil }
	case "xla", "xla:cpu":
		step.Check = s.checkPlugin
		step.Mend = pluginHelp
	case "":
		step.Check = func() (string, error) {
			detail, err := s.checkPlugin()
			if err != nil && missing != nil {
				return "none, so the pure-Go backend", nil
			}
			return detail, err
		}
		step.Make = func(ctx context.Context) error {
			if err := s.makePlugin(ctx); ctx.Err() != nil {
				return err
			} else {
				missing = err
			}
			return nil
		}
		step.note = func() string {
			if missing == nil {
				return ""
			}
			return fmt.Sprintf("XLA's plugin could not be had: %v\n%s\n"+
				"  Until then everything runs on GoMLX's pure-Go backend, at least twenty times slower.", missing, pluginHelp)
		}
	default: // another plugin, which the user provides
		step.Check = func() (string, error) { return s.tryPlugin(context.Background(), s.Backend) }
		step.Make = nil
		step.Mend = "give the path of a PJRT plugin as -backend xla:/path/plugin.so, or put it where GoMLX looks: ~/.local/lib/go-xla"
	}
	return step
}

const (
	pluginHelp = "  Try again with a network connection, or put pjrt_c_api_cpu_plugin.so into ~/.local/lib/go-xla: see\n" +
		"  https://github.com/gomlx/pjrt-cpu-binaries/releases"
	pluginName = "pjrt_c_api_cpu_plugin.so"
	wheel      = "lammps-jax-pjrt-cpu==0.11.2"
)

// UseBackend is the GoMLX backend that what was made ready allows: the value for GOMLX_BACKEND.
func (s *Setup) UseBackend() string {
	switch s.Backend {
	case "", "xla", "xla:cpu":
		if _, err := os.Stat(s.path("xla", pluginName)); err == nil {
			return "xla:" + s.path("xla", pluginName)
		}
		return firstOf(s.Backend, "go")
	}
	return s.Backend
}

func (s *Setup) checkPlugin() (string, error) {
	if _, err := os.Stat(s.path("xla", pluginName)); err != nil {
		return "", errors.New("not here yet")
	}
	about, err := os.ReadFile(s.path("xla", "about.txt"))
	return strings.TrimSpace(string(about)), err
}

// makePlugin tries the sources in order and reports what each of them said if none can do it.
func (s *Setup) makePlugin(ctx context.Context) error {
	if err := os.MkdirAll(s.path("xla"), 0o755); err != nil {
		return s.unwritable(err)
	}
	var failures []error
	for _, source := range []struct {
		name string
		get  func(ctx context.Context, dir string) (plugin string, err error)
	}{
		{"one that is installed", s.installedPlugin},
		{"GoMLX's installer", s.gomlxPlugin},
		{"the wheel " + wheel, s.wheelPlugin},
	} {
		err := s.pluginFrom(ctx, source.name, source.get)
		if err == nil || ctx.Err() != nil {
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
	plugin, err := get(ctx, dir)
	if err != nil {
		return err
	}
	about, err := s.tryPlugin(ctx, "xla:"+plugin)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(s.path("xla", "about.txt"), []byte(about+", from "+name+"\n"), 0o644); err != nil {
		return err
	}
	if inside, err := filepath.Rel(dir, plugin); err == nil && filepath.IsLocal(inside) {
		return os.Rename(plugin, s.path("xla", pluginName))
	}
	return renameio.Symlink(plugin, s.path("xla", pluginName))
}

// installedPlugin is the one that GoMLX finds by itself.
func (s *Setup) installedPlugin(ctx context.Context, _ string) (string, error) {
	output, err := s.helper(ctx, "looking for an installed plugin", "find")
	return strings.TrimSpace(output), err
}

// gomlxPlugin has GoMLX's installer download the version that GoMLX is tested with.
func (s *Setup) gomlxPlugin(ctx context.Context, dir string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.sources.installerPatience)
	defer cancel()
	if _, err := s.helper(ctx, "asking GoMLX's installer", "install", dir); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(filepath.Join(dir, pluginName))
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
	if _, err := s.run(s.pip(ctx, "download", "--no-deps", "--only-binary=:all:", "--dest", downloads, wheel),
		"downloading the wheel (63 MB)"); err != nil {
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
	return plugin, unzipOne(wheel, pluginName, plugin)
}

// tryPlugin opens a backend and computes with it, in a process of its own because a bad plugin may abort it.
func (s *Setup) tryPlugin(ctx context.Context, backend string) (about string, err error) {
	output, err := s.helper(ctx, "trying "+backend, "try", backend)
	if err != nil {
		return "", fmt.Errorf("%s does not load: %w", backend, err)
	}
	return strings.TrimSpace(output), nil
}

// helper runs the program in internal/setup/pjrt, which is bound to XLA. Its last line of output is the answer.
func (s *Setup) helper(ctx context.Context, what string, args ...string) (string, error) {
	cmd := s.command(ctx, "go", append([]string{"run", "-buildvcs=false", "./internal/setup/pjrt"}, args...)...)
	cmd.Dir = s.Source
	cmd.Env = append(cmd.Env, "GOTRACEBACK=none")
	output, err := s.run(cmd, what)
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if err == nil {
		return lines[len(lines)-1], nil
	}
	for _, line := range lines { // its own last words, or the runtime's, say more than all that was printed
		if reason, ok := strings.CutPrefix(line, "pjrt: "); ok {
			return "", errors.New(reason)
		}
		if strings.HasPrefix(line, "SIG") || strings.HasPrefix(line, "panic: ") {
			return "", fmt.Errorf("it takes down the process: %s", line)
		}
	}
	return "", err
}
