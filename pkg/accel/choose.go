// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"github.com/skipnets/skipnets/internal/home"
)

// A plugin is a PJRT library that could be loaded.
type plugin struct {
	name string // "cpu", "cuda", …
	path string // absolute, or the name of a plugin linked into the program
}

// open opens the backend that config asks for. See New.
func open(config string, devices int) (compute.Backend, error) {
	if config == "" {
		config = os.Getenv(compute.ConfigEnvVar)
	}
	if config == "" {
		return openAny(devices)
	}
	name, rest, _ := strings.Cut(config, ":")
	switch name {
	case "go":
		return openGo(config, rest)
	case "xla":
		return openXLA(config, rest, devices)
	default:
		return nil, fmt.Errorf(`backend %q: unknown name %q; choose "go", "xla:cpu", "xla:cuda" or "xla:/path/plugin.so"`, config, name)
	}
}

// openAny opens XLA if any plugin is here, else the pure-Go backend. A plugin that is here but does not load is an
// error, because the pure-Go backend is far slower than what the user installed.
func openAny(devices int) (compute.Backend, error) {
	if len(plugins()) == 0 {
		return openGo("go", "")
	}
	return openXLA("xla", "", devices)
}

// openGo opens the pure-Go backend. It runs one operation after another, each on all cores: run side by side, its
// operations can wait for each other's workers for ever (docs/upstream.md, "Worker pool deadlock").
func openGo(config, options string) (compute.Backend, error) {
	if !strings.Contains(options, "ops_") {
		options = strings.TrimPrefix(options+",ops_sequential", ",")
	}
	backend, err := gobackend.New(options)
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w", config, err)
	}
	return backend, nil
}

// openXLA opens the plugin named in rest = "[name or path][,option...]"; without a name, the first plugin that loads.
func openXLA(config, rest string, devices int) (compute.Backend, error) {
	want, options, _ := strings.Cut(rest, ",")
	candidates, err := matching(want)
	if err != nil {
		return nil, fmt.Errorf("backend %q: %w", config, err)
	}
	var failures []error
	for _, candidate := range candidates {
		backend, err := load(candidate, options, devices)
		if err == nil {
			return backend, nil
		}
		failures = append(failures, fmt.Errorf("plugin %s does not load: %w", candidate.path, err))
	}
	return nil, fmt.Errorf("backend %q: %w", config, errors.Join(failures...))
}

// matching lists the plugins that want stands for, best first: at least one, or an error.
func matching(want string) ([]plugin, error) {
	if strings.ContainsRune(want, filepath.Separator) {
		path, err := filepath.Abs(want)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("no plugin: %w", err)
		}
		return []plugin{{pluginName(path), path}}, nil
	}
	all := plugins()
	if want == "" && len(all) > 0 {
		return all, nil
	}
	for _, candidate := range all {
		if candidate.name == want || strings.HasPrefix(candidate.name, want+"_v") {
			return []plugin{candidate}, nil
		}
	}
	return nil, fmt.Errorf("no PJRT plugin %q: looked in %q and in GoMLX's own folders, found %v", want, pluginDir(), all)
}

// plugins lists what is installed, best first: by kind, then $SKIPNETS_HOME/xla before GoMLX's folders.
func plugins() []plugin {
	var all []plugin
	if dir := pluginDir(); dir != "" {
		found, _ := filepath.Glob(filepath.Join(dir, "*.so")) // only a malformed pattern is an error
		for _, path := range found {
			all = append(all, plugin{pluginName(path), path})
		}
	}
	all = append(all, installed()...)
	slices.SortStableFunc(all, func(a, b plugin) int { return rank(a.name) - rank(b.name) })
	return all
}

// rank orders plugins as GoMLX does: accelerators first.
func rank(name string) int {
	kinds := []string{"cuda", "rocm", "cpu"}
	for i, kind := range kinds {
		if strings.HasPrefix(name, kind) {
			return i
		}
	}
	return len(kinds)
}

// pluginName takes the name out of a file name like pjrt_c_api_NAME_plugin.so or pjrt-plugin-NAME.so.
func pluginName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, affix := range []string{"pjrt_c_api_", "pjrt-plugin-", "pjrt_plugin_"} {
		name = strings.TrimPrefix(name, affix)
	}
	return strings.TrimSuffix(name, "_plugin")
}

// pluginDir is the folder of the plugins that this course installs, "" where there is no home: a plugin is a program, and
// must not come from a folder that everybody may write.
func pluginDir() string {
	dir, err := home.Path("xla") // absolute: for a relative path go-xla's installer, if linked, downloads a plugin
	if err != nil {
		return ""
	}
	return dir
}

// String is the name and where it lies, for error messages.
func (p plugin) String() string { return p.name + "=" + p.path }
