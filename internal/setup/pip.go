// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// pythonCommand prepares our Python with nothing of the user's: neither variables, nor packages, nor what lies in the working
// directory.
func (s *Setup) pythonCommand(ctx context.Context, args ...string) *exec.Cmd {
	return s.command(ctx, s.python(), append([]string{"-I", "-X", "utf8"}, args...)...)
}

// PythonCommand prepares a command of the environment's Python, which has nbconvert.
func (s *Setup) PythonCommand(ctx context.Context, args ...string) *exec.Cmd {
	return s.pythonCommand(ctx, args...)
}

// pip prepares a pip command which gives up soon when there is no network. It takes nothing but wheels, so that no package runs
// a program of its own while it is installed.
func (s *Setup) pip(ctx context.Context, command string, args ...string) *exec.Cmd {
	options := []string{"-m", "pip", command, "--quiet", "--only-binary=:all:", "--retries=1", "--timeout=30"}
	cmd := s.pythonCommand(ctx, append(options, args...)...)
	cmd.Env = append(append(cmd.Env, s.pipConfig(ctx)...), "PIP_CONFIG_FILE="+os.DevNull)
	return cmd
}

// pipConfig has pip read its files, and returns as variables what of them concerns us.
func (s *Setup) pipConfig(ctx context.Context) []string {
	listed, err := s.pythonCommand(ctx, "-m", "pip", "config", "list").Output()
	if err != nil {
		return nil // pip itself will say what ails it
	}
	return pipVariables(string(listed))
}

// pipVariables turns pip's list, of lines like global.index-url='https://…', into variables. What stands in a variable already, as
// in :env:.index-url='https://…', has precedence, and the rest is in order.
func pipVariables(listed string) []string {
	chosen, fixed := map[string]string{}, map[string]bool{}
	for _, line := range strings.Split(listed, "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		section, name, found := strings.Cut(key, ".")
		name = strings.ReplaceAll(name, "-", "_")
		if !found || len(value) < 2 || !slices.Contains(pipSettings, name) || fixed[name] {
			continue
		}
		fixed[name] = section == ":env:"
		value = strings.NewReplacer(`\n`, " ", `\\`, `\`).Replace(value[1 : len(value)-1]) // a Python string
		chosen[name] = "PIP_" + strings.ToUpper(name) + "=" + strings.TrimSpace(value)
	}
	return slices.Sorted(maps.Values(chosen))
}
