// SPDX-License-Identifier: Apache-2.0

package about

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// A program that go build makes knows its commit, and that a file was changed since.
func TestCommit(t *testing.T) {
	dir := t.TempDir()
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	source, err := os.ReadFile("about.go")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	write("about/about.go", string(source))
	write("main.go", "package main\n\nimport \"example.com/m/about\"\n\nfunc main() { print(about.Commit()) }\n")
	write(".gitignore", "program\n")
	run("git", "init", "-q")
	run("git", "add", ".")
	run("git", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "one")
	head := run("git", "rev-parse", "HEAD")
	built := func() string {
		run("go", "build", "-buildvcs=true", "-o", "program", ".")
		return run("./program")
	}
	if got := built(); got != head {
		t.Errorf("the program says %q, HEAD is %q", got, head)
	}
	write("more.go", "package main\n")
	if got := built(); got != head+"+" {
		t.Errorf("with a new file it says %q, want %q", got, head+"+")
	}
}

func TestMachine(t *testing.T) {
	if got := Machine(); !regexp.MustCompile(fmt.Sprintf(`^\S.*, %d cores$`, runtime.GOMAXPROCS(0))).MatchString(got) {
		t.Errorf("the machine is %q", got)
	}
}

// Zen 4 and Zen 5 may both call themselves AMD EPYC, and are not equally fast.
func TestProcessor(t *testing.T) {
	for cpuinfo, want := range map[string]string{
		"processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel\t\t: 3\n": "AMD EPYC (family 26, model 2)",
		"processor\t: 0\nBogoMIPS\t: 50.00\n": "arm64",
		"":                                    "arm64",
	} {
		if got := processor(cpuinfo, "arm64"); got != want {
			t.Errorf("%q is called %q, want %q", cpuinfo, got, want)
		}
	}
}

type described string

func (d described) Description() string { return string(d) }

// A result does not tell where the plugin lies.
func TestBackend(t *testing.T) {
	for description, want := range map[string]string{
		"xla:/home/me/.cache/xla/cpu.so - PJRT plugin (/opt/xla/cpu.so) v0.115": "xla:cpu.so - PJRT plugin (cpu.so) v0.115",
		"Simple Go Portable Backend": "Simple Go Portable Backend",
	} {
		if got := Backend(described(description)); got != want {
			t.Errorf("%q is told as %q, want %q", description, got, want)
		}
	}
}
