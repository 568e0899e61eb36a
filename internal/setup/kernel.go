// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// Kernel tells our JupyterLab, and no other, about GoNB, in such a way that every notebook sees this module's packages.
func (s *Setup) Kernel() Step {
	return Step{Name: "Jupyter kernel", Check: s.checkKernel, Try: s.tryKernel, Make: s.makeKernel}
}

// KernelName is the kernel's name in a notebook's metadata.
const KernelName = "gonb"

//go:embed gonb.sh
var gonbScript string

//go:embed go.sh
var goScript string

func (s *Setup) checkKernel(context.Context) (string, error) {
	for name, want := range s.kernelFiles() {
		got, err := os.ReadFile(name)
		if err != nil {
			return "", errors.New("not here yet")
		}
		if !bytes.Equal(got, want) {
			return "", fmt.Errorf("%s is for another checkout or version", name)
		}
	}
	return "gonb, seeing the packages in " + s.Source, nil
}

func (s *Setup) makeKernel(context.Context) error {
	if err := os.MkdirAll(s.path("jupyter", "log"), 0o755); err != nil {
		return s.unwritable(err)
	}
	for name, content := range s.kernelFiles() {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return s.unwritable(err)
		}
		if err := renameio.WriteFile(name, content, 0o755); err != nil {
			return s.unwritable(err)
		}
	}
	return nil
}

// kernelFiles are the files that make up the kernel, by their names. Jupyter fills in names in the arguments and variables of
// kernel.json; so what would have to be quoted for it stands in a script.
func (s *Setup) kernelFiles() map[string][]byte {
	spec := map[string]any{
		"argv":           []string{s.path("kernel", "gonb"), "{connection_file}"},
		"display_name":   "Go (gonb)",
		"language":       "go",
		"interrupt_mode": "message",
		"env":            map[string]string{},
	}
	settings := map[string]any{ // else JupyterLab asks whether to fetch news, and for new versions
		"@jupyterlab/apputils-extension:notification": map[string]any{"fetchNews": "false", "checkForUpdates": false},
	}
	return map[string][]byte{
		s.path("venv", "share", "jupyter", "kernels", KernelName, "kernel.json"): indent(spec),
		s.path("venv", "share", "jupyter", "lab", "settings", "overrides.json"):  indent(settings),
		s.path("kernel", "gonb"): s.script(gonbScript),
		s.path("kernel", "go"):   s.script(goScript),
	}
}

// script fills in a script's names, as words of the shell.
func (s *Setup) script(text string) []byte {
	var goQuoted []string
	for _, variable := range goEnvironment() {
		goQuoted = append(goQuoted, quoted(variable))
	}
	return []byte(strings.NewReplacer(
		"{home}", quoted(s.Home), "{source}", quoted(s.Source), "{kernel}", quoted(s.path("kernel")), "{bin}", quoted(s.path("bin")),
		"{log}", quoted(s.path("jupyter", "log")), "{gonb}", quoted(s.path("bin", "gonb")), "{goroot}", quoted(s.goEnv("GOROOT")),
		"{gomodcache}", quoted(s.goEnv("GOMODCACHE")), "{gocache}", quoted(s.goEnv("GOCACHE")), "{go}", strings.Join(goQuoted, " "),
	).Replace(text))
}

// goEnv is what the Go that the checkout asks for answers: where it lies (GOROOT) and where it keeps what it has downloaded and
// compiled. So the kernel finds that also where PATH and other variables do not lead to it, as when an editor that was started
// from the desktop starts the kernel.
func (s *Setup) goEnv(name string) string {
	cmd := exec.Command("go", "env", name)
	cmd.Dir, cmd.Env = s.Source, passing(os.Environ())
	output, err := cmd.Output()
	if err != nil {
		return "" // then PATH decides
	}
	return strings.TrimRight(string(output), "\n")
}

func indent(value any) []byte {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err) // maps and strings can be encoded
	}
	return append(content, '\n')
}
