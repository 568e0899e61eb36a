// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPassing(t *testing.T) {
	for tool, variables := range map[string]struct{ behind, pass string }{
		"Python":  {"PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS VIRTUAL_ENV CONDA_PREFIX", "PYENV_ROOT LD_LIBRARY_PATH"},
		"pip":     {"PIP_TARGET PIP_USER PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_NO_BINARY PIP_NO_DEPS PIP_REQUIRE_VIRTUALENV", "PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_CERT PIP_PROXY PIP_CONFIG_FILE PIP_FIND_LINKS PIP_NO_INDEX"},
		"npm":     {"npm_config_dry_run npm_config_pack_destination NPM_CONFIG_PREFIX NODE_OPTIONS NODE_PATH", "npm_config_registry NPM_CONFIG_CAFILE npm_config_https_proxy npm_config_//example.com/:_authToken NODE_EXTRA_CA_CERTS"},
		"go":      {"GOFLAGS GOWORK GO111MODULE GOBIN GOOS GOARCH GOROOT", "GOPROXY GOPRIVATE GONOSUMDB GONOSUMCHECK GOINSECURE GOSUMDB GOAUTH GOENV GOPATH GOCACHE GOMODCACHE GOTMPDIR GOTOOLCHAIN CGO_ENABLED CC CGO_CFLAGS GOMAXPROCS GODEBUG"},
		"Jupyter": {"JUPYTER_PATH JUPYTER_CONFIG_PATH JUPYTER_CONFIG_DIR JUPYTERLAB_DIR JUPYTERLAB_SETTINGS_DIR IPYTHONDIR JUPYTER_ALLOW_INSECURE_WRITES", "JUPYTER_TOKEN"},
		"shell":   {"ENV BASH_ENV CDPATH", "PATH HOME TMPDIR LANG SHELL"},
		"network": {"", "HTTP_PROXY https_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE"},
		"XLA":     {"", "XLA_FLAGS PJRT_PLUGIN_LIBRARY_PATH CUDA_VISIBLE_DEVICES LD_PRELOAD"},
	} {
		for _, name := range strings.Fields(variables.behind) {
			if got := passing([]string{name + "=x"}); len(got) > 0 {
				t.Errorf("%s: %s passes", tool, name)
			}
		}
		for _, name := range strings.Fields(variables.pass) {
			if got := passing([]string{name + "=x"}); len(got) != 1 {
				t.Errorf("%s: %s stays behind", tool, name)
			}
		}
	}
	for _, r := range rules {
		if r.tool == "" || r.why == "" || len(r.behind) == 0 {
			t.Errorf("a rule without tool, reason or variables: %+v", r)
		}
	}
}

// What the user has set for their own Python, pip, go and Jupyter reaches nothing that is started.
func TestEnvWithoutLeaks(t *testing.T) {
	s, _ := newTest(t, Options{})
	for _, name := range []string{"PYTHONPATH", "PIP_TARGET", "GOWORK", "GOFLAGS", "JUPYTER_PATH", "JUPYTER_CONFIG_DIR", "npm_config_dry_run"} {
		t.Setenv(name, "/foreign")
	}
	for _, variable := range s.Env() {
		if strings.HasSuffix(variable, "=/foreign") {
			t.Errorf("%s is passed on", variable)
		}
	}
}

// A file that go env -w has written gives way too, which it would not to empty variables.
func TestGoEnvironmentBeatsFile(t *testing.T) {
	s, _ := newTest(t, Options{})
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("GOFLAGS=-mod=vendor\nGO111MODULE=off\nGOOS=plan9\nGOPROXY=https://proxy.example\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", file)
	t.Setenv("GOPROXY", "")
	got, err := s.command(t.Context(), "go", "env", "GOFLAGS", "GO111MODULE", "GOOS", "GOWORK", "GOPROXY").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if lines := strings.Fields(string(got)); slices.Contains(lines, "-mod=vendor") || slices.Contains(lines, "plan9") ||
		slices.Contains(lines, "off") != true || !slices.Contains(lines, "https://proxy.example") || lines[1] != "on" {
		t.Errorf("go env says %q", lines)
	}
}

// A foreign module in PYTHONPATH or in the working directory must not stand in for one of ours.
func TestPythonCommandIsAlone(t *testing.T) {
	s, _ := newTest(t, Options{})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "json.py"), []byte("raise SystemExit('foreign json')"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", dir)
	python, err := exec.LookPath(firstPython(t))
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.pythonCommand(t.Context(), "-c", "import json, sys; print(sys.flags.utf8_mode)")
	cmd.Path, cmd.Err, cmd.Dir = python, nil, dir
	if output, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(output)) != "1" {
		t.Errorf("%v: %s", err, output)
	}
}

// firstPython is a Python that is on this machine: without one there is no course.
func firstPython(t *testing.T) string {
	t.Helper()
	for _, name := range published.pythons {
		if _, err := exec.LookPath(name); err == nil {
			return name
		}
	}
	t.Fatal("this machine has no Python")
	return ""
}

func TestPipVariables(t *testing.T) {
	listed := `:env:.index-url='https://env.example/simple'
global.index-url='https://file.example/simple'
global.extra-index-url='\nhttps://a.example/simple\nhttps://b.example/simple'
global.target='/tmp/t'
install.user='true'
global.trusted-host='a.example'
download.dest='/elsewhere'
`
	want := []string{
		"PIP_EXTRA_INDEX_URL=https://a.example/simple https://b.example/simple",
		"PIP_INDEX_URL=https://env.example/simple",
		"PIP_TRUSTED_HOST=a.example",
	}
	if got := pipVariables(listed); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
