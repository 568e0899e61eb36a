// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Doctor believes no marker: what Check finds has to work, and Mend makes it anew if it does not.
func TestMendMakesAnewWhatDoesNotWork(t *testing.T) {
	s, said := newTest(t, Options{})
	works, made := false, 0
	step := Step{
		Name:  "thing",
		Check: func(context.Context) (string, error) { return "version 1", nil },
		Try:   func(context.Context) error { return errorIf(!works, "it is broken") },
		Make:  func(context.Context) error { works = true; made++; return nil },
	}
	if err := s.Ready(t.Context(), step); err != nil || made != 0 {
		t.Fatalf("a quick look made it %d times: %v", made, err)
	}
	if _, err := step.try(t.Context()); err == nil {
		t.Error("it is said to work")
	}
	for range 2 {
		if err := s.Mend(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	if made != 1 || !strings.Contains(said.String(), "… thing: it is broken\n✓ thing: version 1") {
		t.Errorf("made %d times, want once; said\n%s", made, said)
	}
	step.Try = func(context.Context) error { return errors.New("still broken") }
	wantError(t, s.Mend(t.Context(), step), "thing: still broken")
}

// A probe of a killed process goes; one that may be in use stays.
func TestOldProbesAreRemoved(t *testing.T) {
	s, _ := newTest(t, Options{})
	old, fresh := s.path(probePrefix+"1"), s.path(probePrefix+"2")
	if err := os.Mkdir(s.Home, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, probe := range []string{old, fresh} {
		if err := os.WriteFile(probe, nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-2 * probeAge)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	if _, err := s.checkFolders(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(s.Home); err != nil || len(left) != 1 || left[0].Name() != filepath.Base(fresh) {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestFolders(t *testing.T) {
	s, _ := newTest(t, Options{})
	if detail, err := s.checkFolders(t.Context()); err != nil || !strings.Contains(detail, "GB free") {
		t.Errorf("%q, %v", detail, err)
	}
	probe := s.sources.probe
	s.sources.probe = "#!/no/such/interpreter\n"
	_, err := s.checkFolders(t.Context())
	wantError(t, err, "cannot be run", filepath.Dir(s.Home)) // where it will be made
	s.sources.probe = probe
	if err := os.Mkdir(s.Home, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.checkFolders(t.Context()); err != nil {
		t.Error(err)
	}
	s.sources.probe = "#!/no/such/interpreter\n" // as where programs cannot be run
	_, err = s.checkFolders(t.Context())
	wantError(t, err, "cannot be run", "noexec", s.Home, EnvHome)
	if left, _ := os.ReadDir(s.Home); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	s.sources.probe = published.probe
	t.Setenv("TMPDIR", filepath.Join(s.Home, "none"))
	_, err = s.checkFolders(t.Context())
	wantError(t, err, "cannot write in", "TMPDIR")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("GOTMPDIR", filepath.Join(s.Home, "none"))
	_, err = s.checkFolders(t.Context())
	wantError(t, err, "cannot write in", "set GOTMPDIR")

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.Home = filepath.Join(file, "home")
	_, err = s.checkFolders(t.Context())
	wantError(t, err, file+" is a file", EnvHome)

	s.Home = filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/no/such/folder", s.Home); err != nil {
		t.Fatal(err)
	}
	_, err = s.checkFolders(t.Context())
	wantError(t, err, s.Home+" is a symbolic link", EnvHome)
}

// A disk that is full while the virtual environment is made is no reason to install Python.
func TestFullDiskIsNamed(t *testing.T) {
	s, _ := newTest(t, Options{})
	s.sources.pythons = []string{program(t, `case $3 in venv) echo "[Errno 28] No space left on device" >&2; exit 1;; esac; echo 3.11.0`)}
	err := s.Ready(t.Context(), s.Python())
	wantError(t, err, "the disk is full", "GB free", "Make room", EnvHome)
	if strings.Contains(err.Error(), "install") {
		t.Errorf("advice that does not help: %v", err)
	}
	s, _ = newTest(t, Options{})
	withHelper(t, s, "exit 1")
	s.sources.pythons = []string{program(t, `case $3 in venv) echo "[Errno 28] No space left on device" >&2; exit 1;; esac; echo 3.11.0`)}
	wantError(t, s.Ready(t.Context(), s.Plugin()), "the disk is full") // and no word of the pure-Go backend, nor is it remembered
	if s.UseBackend() != "go" || s.recall() != nil {
		t.Errorf("a full disk is remembered as a plugin that cannot be had: %v", s.recall())
	}
	wantError(t, s.fullDisk(errors.New("OSError: [Errno 122] Disk quota exceeded")), "quota")
	if err := s.fullDisk(errors.New("it rains")); err.Error() != "it rains" {
		t.Errorf("another fault became %v", err)
	}
}

// fakeEnvironment is a virtual environment, without pip, with one package of two files.
func fakeEnvironment(t *testing.T, s *Setup) (module string) {
	t.Helper()
	if output, err := s.command(t.Context(), firstPython(t), "-I", "-m", "venv", "--without-pip", s.path("venv")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	found, err := filepath.Glob(s.path("venv", "lib", "python*", "site-packages"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%q, %v", found, err)
	}
	for name, content := range map[string]string{
		"some/__init__.py":            "",
		"some/module.py":              "x = 1\n",
		"some-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: some\nVersion: 1.0\n",
		"some-1.0.dist-info/RECORD":   "some/__init__.py,,0\nsome/module.py,,6\nsome-1.0.dist-info/METADATA,,\nsome-1.0.dist-info/RECORD,,\n",
	} {
		file := filepath.Join(found[0], name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(found[0], "some", "module.py")
}

func TestHalfUninstalledPackage(t *testing.T) {
	s, _ := newTest(t, Options{})
	module := fakeEnvironment(t, s)
	wantError(t, s.tryJupyter(t.Context()), "jupyterlab.labapp cannot be imported") // all that is recorded is there
	if err := os.WriteFile(module, []byte("x = 22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantError(t, s.tryJupyter(t.Context()), "package some has been changed", module)
	if err := os.Remove(module); err != nil {
		t.Fatal(err)
	}
	err := s.tryJupyter(t.Context())
	wantError(t, err, "package some is missing", module)
	if strings.Contains(err.Error(), "Traceback") {
		t.Errorf("a traceback is shown: %v", err)
	}
	wantError(t, s.tryPython(t.Context()), "No module named pip")
}

func TestToolThatDoesNotRun(t *testing.T) {
	s, _ := newTest(t, Options{})
	if err := os.MkdirAll(s.path("bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gonb", "goimports", "gopls"} {
		if err := os.WriteFile(s.path("bin", name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.tryTools(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("bin", "gopls"), []byte("\x7fELF cut off"), 0o755); err != nil {
		t.Fatal(err)
	}
	wantError(t, s.tryTools(t.Context()), s.path("bin", "gopls"), "does not run")
}

func TestCheckGo(t *testing.T) {
	s, _ := newTest(t, Options{})
	if detail, err := s.checkGo(t.Context()); err != nil || !strings.HasPrefix(detail, "go1.") {
		t.Errorf("%q, %v", detail, err)
	}
	t.Setenv("PATH", filepath.Dir(program(t, "exit 1")))
	wantError(t, s.Ready(t.Context(), s.GoCommand()), "no go command in PATH", "install Go")
}

func TestTryCompiler(t *testing.T) {
	s, _ := newTest(t, Options{})
	if err := s.tryCompiler(t.Context()); err != nil {
		t.Error(err)
	}
	t.Setenv("CC", program(t, "echo stdlib.h: No such file or directory >&2; exit 1")) // no headers
	wantError(t, s.tryCompiler(t.Context()), "cannot compile", "stdlib.h")
}

// What JupyterLab prints is filtered as it arrives, however it is cut.
func TestTracebacksInALog(t *testing.T) {
	const said = `starting
[E] in a log
    Traceback (most recent call last):
      File "c.py", line 3
    ValueError: bad
going on
Traceback (most recent call last):
  File "b.py", line 2, in f
    g()
OSError: no such thing
`
	const want = "starting\n[E] in a log\n    ValueError: bad\ngoing on\nOSError: no such thing\n"
	var out bytes.Buffer
	w := &wordWriter{out: &out}
	for i := range len(said) {
		if _, err := w.Write([]byte{said[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != want {
		t.Errorf("written\n%swant\n%s", out.String(), want)
	}
}

func TestLabOptions(t *testing.T) {
	for _, test := range []struct {
		address string
		port    int
		mention string // in the error
	}{
		{"127.0.0.1", 8888, ""},
		{"0.0.0.0", 65535, ""},
		{"localhost", 8888, ""},
		{"127.0.0.1", 70000, "from 1 to 65535"},
		{"127.0.0.1", -5, "from 1 to 65535"},
		{"127.0.0.1", 0, "from 1 to 65535"},
		{"198.51.100.7", 8888, "not an address of this machine"},
		{"12.34", 8888, "not an address of this machine"},
		{"", 8888, "-ip is empty"},
	} {
		err := LabOptions{Address: test.address, Port: test.port}.Check()
		if test.mention != "" {
			wantError(t, err, test.mention)
		} else if err != nil {
			t.Errorf("%s, port %d: %v", test.address, test.port, err)
		}
	}
}

// TestDoctorFindsAllWell has the doctor try everything for real, in an environment that belongs to other work.
func TestDoctorFindsAllWell(t *testing.T) {
	s := realSetup(t)
	for _, name := range []string{"PIP_TARGET", "PYTHONPATH", "GOWORK", "JUPYTER_PATH"} {
		t.Setenv(name, "/foreign")
	}
	t.Setenv("GOFLAGS", "-mod=vendor")
	var listed bytes.Buffer
	if err := s.Doctor(t.Context(), &listed); err != nil {
		t.Errorf("%v\n%s", err, &listed)
	}
}

// The kernel runs a cell for a program that was started with next to no environment.
func TestKernelFromDesktop(t *testing.T) {
	s := realSetup(t)
	dir := t.TempDir()
	notebook := filepath.Join(dir, "one.ipynb")
	if err := os.WriteFile(notebook, []byte(oneCell), 0o644); err != nil {
		t.Fatal(err)
	}
	executed := filepath.Join(dir, "executed.ipynb")
	cmd := s.pythonCommand(t.Context(), "-c", executeScript, notebook, KernelName, executed)
	cmd.Env = []string{"HOME=" + os.Getenv("HOME"), "PATH=/usr/bin:/bin"}
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if !strings.Contains(text(t, executed), "six times seven is 42") {
		t.Error("the cell has not printed what it should")
	}
}
