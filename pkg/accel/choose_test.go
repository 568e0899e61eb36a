// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
)

func TestNewErrors(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SKIPNETS_HOME", home)
	notPlugin := filepath.Join(home, "not_a_plugin.so")
	if err := os.WriteFile(notPlugin, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ config, want string }{
		{"tpu9", `unknown name "tpu9"`},
		{"xla:nosuch", `no PJRT plugin "nosuch"`},
		{"xla:/no/such/plugin.so", "no such file"},
		{"xla:" + notPlugin, notPlugin + " does not load"},
		{"go:nosuchoption", "nosuchoption"},
	} {
		_, err := New(test.config)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.config) {
			t.Errorf("New(%q) error = %v, want one with the choice and %q", test.config, err, test.want)
		}
	}
}

func TestNewFollowsEnvironment(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	backend, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	if backend.Name() != "Go Backend" {
		t.Errorf("GOMLX_BACKEND=go chose %q", backend.Name())
	}
	t.Setenv("GOMLX_BACKEND", "nosuch")
	if _, err := New(""); err == nil {
		t.Error("GOMLX_BACKEND=nosuch gives no error")
	}
}

// go-xla's installer, if a program links it, downloads a plugin whose path is relative.
func TestPluginDirIsAbsolute(t *testing.T) {
	t.Setenv("SKIPNETS_HOME", "relative")
	if dir := pluginDir(); !filepath.IsAbs(dir) || !strings.HasSuffix(dir, filepath.Join("relative", "xla")) {
		t.Errorf("plugins are looked for in %q", dir)
	}
}

// Anybody may write into the folder for temporary files.
func TestNoPluginFromATemporaryFolder(t *testing.T) {
	for _, name := range []string{"SKIPNETS_HOME", "HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("TMPDIR", t.TempDir())
	dir := filepath.Join(os.TempDir(), "skipnets", "xla")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pjrt_c_api_planted_plugin.so"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, found := range plugins() {
		if found.name == "planted" {
			t.Errorf("found %v", found)
		}
	}
}

func TestPluginsFound(t *testing.T) {
	home := t.TempDir()
	t.Setenv("SKIPNETS_HOME", home)
	dir := filepath.Join(home, "xla")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cuda_plugin.so", "README"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := plugins()
	if len(found) < 2 || found[0].name != "cuda" || found[0].path != filepath.Join(dir, "pjrt_c_api_cuda_plugin.so") {
		t.Errorf("plugins() = %v, want cuda from SKIPNETS_HOME first", found)
	}
	cpu, err := matching("cpu")
	if err != nil || cpu[0].path != filepath.Join(dir, "pjrt_c_api_cpu_plugin.so") {
		t.Errorf("matching(cpu) = %v, %v", cpu, err)
	}
	if _, err := New("xla:cpu"); err == nil || !strings.Contains(err.Error(), cpu[0].path+" does not load") {
		t.Errorf("a broken plugin in SKIPNETS_HOME gives %v, want an error, not another plugin", err)
	}
	t.Setenv("GOMLX_BACKEND", "")
	if backend, err := New(""); err == nil && backend.Name() == "Go Backend" {
		t.Error("with broken plugins only, New silently takes the pure-Go backend")
	}
}

func TestNewOn(t *testing.T) {
	for _, devices := range []int{0, -1, 100_000} { // so many threads would take minutes and gigabytes
		if _, err := NewOn("go", devices); err == nil || !strings.Contains(err.Error(), "at most 256") {
			t.Errorf("%d devices: %v", devices, err)
		}
	}
	if _, err := NewOn("go", 2); err == nil || !strings.Contains(err.Error(), "has 1 of the 2 devices asked for") {
		t.Errorf("two devices of the pure-Go backend: %v", err)
	}
	if MustNew("").Capabilities().Operations[compute.OpTypeAllReduce] { // XLA
		backend, err := NewOn("", 3)
		if err != nil {
			t.Fatal(err)
		}
		defer backend.Finalize()
		if got := backend.NumDevices(); got < 3 {
			t.Errorf("three devices asked for, %d there", got)
		}
	}
}
