// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

func TestMain(m *testing.M) {
	pjrt.Serve()
	os.Exit(m.Run())
}

// newTest is a Setup with a home of its own, whose sources are all unreachable, and what it says.
func newTest(t *testing.T, options Options) (*Setup, *bytes.Buffer) {
	t.Helper()
	for _, name := range []string{EnvHome, EnvData, EnvQuick, EnvBackend} {
		t.Setenv(name, "")
	}
	noNetwork(t)
	said := &bytes.Buffer{}
	options.Out = said
	options.Helper = pjrt.Command()
	if options.Home == "" {
		options.Home = filepath.Join(t.TempDir(), "home")
	}
	s, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	s.sources.archiveURL = "http://127.0.0.1:9/cifar-10-binary.tar.gz"
	s.sources.npm = []string{"no-such-npm"}
	s.sources.pythons = []string{"no-such-python"}
	return s, said
}

// noNetwork points all clients to a port on which nobody listens.
func noNetwork(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "http://127.0.0.1:9")
	}
	t.Setenv("NO_PROXY", "127.0.0.1")
	t.Setenv("no_proxy", "127.0.0.1")
	t.Setenv("PIP_FIND_LINKS", "")
	t.Setenv("PIP_CONFIG_FILE", os.DevNull)
}

// program writes an executable shell script and returns its path.
func program(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// wantError fails the test unless err mentions all of these.
func wantError(t *testing.T, err error, mentions ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that mentions %q", mentions)
	}
	for _, mention := range mentions {
		if !strings.Contains(err.Error(), mention) {
			t.Errorf("the error does not mention %q: %v", mention, err)
		}
	}
}

// noLeftovers fails the test if something in the home is neither in place nor a lock or download.
func noLeftovers(t *testing.T, s *Setup) {
	t.Helper()
	if left, _ := filepath.Glob(s.path("*.tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestNew(t *testing.T) {
	t.Setenv(EnvHome, "")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(cache, "skipnets"); s.Home != want {
		t.Errorf("home is %s, want %s", s.Home, want)
	}
	if _, err := os.Stat(filepath.Join(s.Source, "internal", "setup", "setup_test.go")); err != nil {
		t.Errorf("the checkout is said to be %s: %v", s.Source, err)
	}
	t.Setenv(EnvHome, "/elsewhere")
	if s, err = New(Options{}); err != nil || s.Home != "/elsewhere" {
		t.Errorf("home is %s, want what %s says; %v", s.Home, EnvHome, err)
	}
	_, err = New(Options{Source: t.TempDir()})
	wantError(t, err, "not in a checkout of "+modulePath)
	if s, err = New(Options{Source: t.TempDir(), Anywhere: true}); err != nil || s.Source != "" {
		t.Errorf("a checkout is asked for where none is needed: %v", err)
	}
}

func TestReadyMakesWhatIsMissingOnce(t *testing.T) {
	s, said := newTest(t, Options{})
	var made, checked int
	step := Step{
		Name: "thing",
		Check: func(context.Context) (string, error) {
			checked++
			return "version 1", errorIf(made == 0, "not here yet")
		},
		Make: func(context.Context) error { made++; return nil },
	}
	for range 2 {
		if err := s.Ready(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times, want once", made)
	}
	if want := "… thing: not here yet\n✓ thing: version 1\n✓ thing: version 1\n"; said.String() != want {
		t.Errorf("said\n%swant\n%s", said, want)
	}
}

func TestReadyStopsAtFailure(t *testing.T) {
	s, _ := newTest(t, Options{})
	failing := Step{
		Name:  "thing",
		Check: func(context.Context) (string, error) { return "", errors.New("not here yet") },
		Make:  func(context.Context) error { return errors.New("it rains") },
		Mend:  "wait for the sun",
	}
	later := Step{Name: "later", Check: func(context.Context) (string, error) { t.Error("went on"); return "", nil }}
	wantError(t, s.Ready(t.Context(), failing, later), "thing", "it rains", "wait for the sun")

	failing.Make = func(context.Context) error { return nil } // but it still is not there
	wantError(t, s.Ready(t.Context(), failing), "not here yet")
	failing.Make = nil
	wantError(t, s.Ready(t.Context(), failing), "not here yet", "wait for the sun")
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	s := &Setup{Options: Options{Home: t.TempDir(), Out: &lockedBuffer{}}}
	var made atomic.Int32
	var working atomic.Bool
	step := Step{
		Name:  "slow thing",
		Check: func(context.Context) (string, error) { return "here", errorIf(made.Load() == 0, "not here yet") },
		Make: func(context.Context) error {
			if !working.CompareAndSwap(false, true) {
				t.Error("two work at the same time")
			}
			defer working.Store(false)
			made.Add(1)
			return nil
		},
	}
	var all sync.WaitGroup
	for range 8 { // a lock is per open file, so goroutines contend as processes do
		all.Go(func() {
			if err := s.Ready(t.Context(), step); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times, want once", made.Load())
	}
}

// A lockedBuffer may be written by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func TestWaitingForTheLockEndsWithContext(t *testing.T) {
	s, said := newTest(t, Options{})
	_, unlock, err := s.lock(t.Context(), "thing")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.lock(ctx, "thing"); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
	if !strings.Contains(said.String(), "waiting") {
		t.Errorf("said %q, want that it waits", said)
	}
}

// TestKilledWhileAProgramGoesOn kills a process with -9 whose program goes on: nobody may get in that program's way.
func TestKilledWhileAProgramGoesOn(t *testing.T) {
	s, _ := newTest(t, Options{})
	begun, done := s.path("begun"), s.path("done")
	child := startChild(t, s, "CHILD_SCRIPT=touch "+begun+"; sleep 1; touch "+done)
	waitFor(t, begun)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, unlock, err := s.lock(t.Context(), "thing")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := os.Stat(done); err != nil {
		t.Error("the lock was free before the program had ended")
	}
}

// startChild starts this test binary as a process that may be killed: see TestChild.
func startChild(t *testing.T, s *Setup, job string) *exec.Cmd {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), "CHILD_HOME="+s.Home, job)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Wait() })
	return child
}

// TestChild is what other tests start to kill it.
func TestChild(t *testing.T) {
	s := &Setup{Options: Options{Home: os.Getenv("CHILD_HOME"), Out: os.Stderr}}
	switch url, script := os.Getenv("CHILD_URL"), os.Getenv("CHILD_SCRIPT"); {
	case url != "":
		_ = s.download(t.Context(), url, sum, s.path("downloads", "file"))
	case script != "":
		ctx, unlock, err := s.lock(t.Context(), "thing")
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		_, _ = s.run(s.command(ctx, "sh", "-c", script), "a script")
	}
}

// waitFor waits until a file is there.
func waitFor(t *testing.T, file string) {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			return
		}
	}
	t.Fatalf("%s is not there after a minute", file)
}

func TestUnwritableHome(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, _ := newTest(t, Options{Home: filepath.Join(file, "home")}) // nobody can write there, not even root
	for _, step := range []Step{s.Python(), s.Plugin(), s.Dataset(), s.Jupyter(), s.Tools(), s.Kernel()} {
		wantError(t, s.Ready(t.Context(), step), step.Name, "cannot write in", file, EnvHome)
	}
}

func TestEnv(t *testing.T) {
	s, _ := newTest(t, Options{Quick: true, Backend: "go", Data: "some/data"})
	env := strings.Join(s.Env(), "\n")
	data, _ := filepath.Abs("some/data")
	for _, want := range []string{
		EnvHome + "=" + s.Home, EnvSource + "=" + s.Source, EnvQuick + "=1", EnvBackend + "=go", EnvData + "=" + data,
		"\nPATH=" + s.path("bin") + ":", "JUPYTER_CONFIG_DIR=" + s.Home,
	} {
		if !strings.Contains(env, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
}

func TestDoctorChangesNothing(t *testing.T) {
	s, _ := newTest(t, Options{})
	var listed bytes.Buffer
	wantError(t, s.Doctor(t.Context(), &listed), "6 not ready")
	for _, want := range []string{"✓ C compiler: ", "✗ Python: ", "✗ XLA plugin: ", "✗ CIFAR-10: ", "✗ JupyterLab: ", "✗ GoNB: ",
		"✗ Jupyter kernel: ", "go run ./cmd/skipnets doctor -mend", "home " + s.Home} {
		if !strings.Contains(listed.String(), want) {
			t.Errorf("not listed: %s", want)
		}
	}
	if _, err := os.Stat(s.Home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("doctor has made %s", s.Home)
	}
}

func TestCompiler(t *testing.T) {
	goProgram, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newTest(t, Options{})
	if detail, err := s.checkCompiler(t.Context()); err != nil {
		t.Errorf("%q, %v", detail, err)
	}
	bin := t.TempDir() // with go and nothing else
	if err := os.Symlink(goProgram, filepath.Join(bin, "go")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	wantError(t, s.Ready(t.Context(), s.Compiler()), "C compiler", "which Go needs to use XLA", "install one", "-backend go")
	t.Setenv("PATH", t.TempDir())
	if err := s.Ready(t.Context(), s.Compiler()); err == nil || strings.Contains(err.Error(), "install one") {
		t.Errorf("without Go nobody knows what to install: %v", err)
	}
	s.Backend = "go"
	if err := s.Ready(t.Context(), s.Compiler()); err != nil {
		t.Errorf("backend go needs none, but: %v", err)
	}
}

func TestCompilerSwitchedOff(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	s, _ := newTest(t, Options{})
	err := s.Ready(t.Context(), s.Compiler())
	wantError(t, err, "CGO_ENABLED=0", "type unset CGO_ENABLED")
	if strings.Contains(err.Error(), "install") {
		t.Errorf("the compiler is here, but: %v", err)
	}
}

func errorIf(failed bool, text string) error {
	if failed {
		return errors.New(text)
	}
	return nil
}

// A terminal of lab -quick has the variable set. Your own pictures are read there all the same.
func TestOwnPicturesInQuickMode(t *testing.T) {
	t.Setenv(EnvQuick, "1")
	s, err := New(Options{Home: t.TempDir(), Dataset: Folder, Data: t.TempDir(), Anywhere: true, Out: io.Discard})
	if err != nil || s.Quick || !s.Own() {
		t.Fatal(s, err)
	}
	t.Setenv(EnvQuick, "")
	_, err = New(Options{Home: t.TempDir(), Dataset: Folder, Data: t.TempDir(), Quick: true, Anywhere: true, Out: io.Discard})
	wantError(t, err, "leave -quick away")
}
