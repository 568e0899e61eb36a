// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withHelper lets a script stand for the helper. It writes down how it was called, and may read $home.
func withHelper(t *testing.T, s *Setup, script string) (calls func() int) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "calls")
	s.Helper = []string{program(t, `echo "$*" >>`+log+"\nhome='"+s.Home+"'\n"+script)}
	return func() int {
		content, _ := os.ReadFile(log) // none: no calls
		return strings.Count(string(content), "\n")
	}
}

// placePlugin puts a file where the plugin belongs.
func placePlugin(t *testing.T, s *Setup, content string) {
	t.Helper()
	if err := os.MkdirAll(s.path("xla"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("xla", pluginName), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPluginIsTriedOnceAndAgainWhenItChanges(t *testing.T) {
	s, _ := newTest(t, Options{})
	calls := withHelper(t, s, "echo PJRT v0.1")
	placePlugin(t, s, "plugin")
	want := 0
	check := func(what string, more int) {
		t.Helper()
		if about, err := s.Plugin().Check(t.Context()); err != nil || about != "PJRT v0.1" {
			t.Fatalf("%s: %q, %v", what, about, err)
		}
		if want += more; calls() != want {
			t.Errorf("%s: tried %d times, want %d", what, calls(), want)
		}
	}
	check("new", 1)
	check("the same", 0)
	placePlugin(t, s, "another plugin")
	check("replaced", 1)
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for i, size := range []int64{200e6, 50e6, 49e6} { // sparse
		if err := errors.Join(os.Truncate(s.path("xla", pluginName), size), os.Chtimes(s.path("xla", pluginName), noon, noon)); err != nil {
			t.Fatal(err)
		}
		check("of another size", 1)
		if i == 0 {
			check("of that size", 0)
		}
	}
	t.Setenv("XLA_FLAGS", "--xla_some_flag")
	check("other flags", 1)
	check("the same flags", 0)
	if err := os.WriteFile(s.trials(), []byte("not JSON"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("after damage to the note", 1)
	if err := s.notePluginSource("", sumOf(t, s.path("xla", pluginName))); err != nil {
		t.Fatal(err)
	}
	s.insists = true
	check("for the doctor", 1)
}

func TestPluginThatCrashes(t *testing.T) {
	s, _ := newTest(t, Options{Backend: "xla:cpu"})
	withHelper(t, s, "echo 'SIGBUS: bus error' >&2; echo goroutine 1 >&2; exit 2")
	placePlugin(t, s, "cut off")
	_, err := s.Plugin().Check(t.Context())
	wantError(t, err, "takes down the process", "SIGBUS")
	if strings.Contains(err.Error(), "goroutine") {
		t.Errorf("a dump is shown: %v", err)
	}
}

func TestXLAFlags(t *testing.T) {
	for name, backend := range map[string]string{"by default": "", "by name": "xla:cpu"} {
		t.Run(name, func(t *testing.T) {
			s, said := newTest(t, Options{Backend: backend})
			withHelper(t, s, `case $XLA_FLAGS in "") echo PJRT v0.1;; *) echo SIGABRT: abort >&2; exit 2;; esac`)
			placePlugin(t, s, "plugin")
			t.Setenv("XLA_FLAGS", "--xla_nope=1")
			err := s.Ready(t.Context(), s.Plugin())
			wantError(t, err, `XLA_FLAGS="--xla_nope=1"`, "unset XLA_FLAGS")
			if strings.Contains(err.Error()+said.String(), "network") {
				t.Errorf("advice that does not help: %v\n%s", err, said)
			}
			if text(t, s.path("xla", pluginName)) != "plugin" {
				t.Error("the plugin, which works, was replaced")
			}
		})
	}
}

// A damaged plugin is replaced, also where the home lies behind a symbolic link.
func TestPluginIsReplacedBehindALink(t *testing.T) {
	target, link := t.TempDir(), filepath.Join(t.TempDir(), "home")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	s, _ := newTest(t, Options{Home: link, Unverified: true})
	s.sources.pythons = nil // no wheel
	withHelper(t, s, `case $1 in
find) exit 1 ;;
install) echo good >"$2/versioned.so" && ln -s "$2/versioned.so" "$2/`+pluginName+`" ;;
try) grep -q good "${2#xla:}" && echo PJRT v0.1 ;;
esac`)
	placePlugin(t, s, "damaged")
	for range 2 {
		if err := s.Ready(t.Context(), s.Plugin()); err != nil {
			t.Fatal(err)
		}
		if got := text(t, s.path("xla", pluginName)); got != "good\n" {
			t.Fatalf("the plugin is %q", got)
		}
	}
	if err := errors.Join(os.Remove(s.path("xla", pluginName)), os.Mkdir(s.path("xla", pluginName), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context(), s.Plugin()); err != nil || s.missing != nil {
		t.Fatalf("a folder in its place: %v, %v", err, s.missing)
	}
	if about, _ := s.Plugin().Check(t.Context()); !strings.Contains(about, "unverified") {
		t.Errorf("%q does not say that it is unverified", about)
	}
	noLeftovers(t, s)
}

// withPlugin has a helper that installs a plugin of that content, and says of any that it loads.
func withPlugin(t *testing.T, s *Setup, content string) {
	t.Helper()
	withHelper(t, s, `case $1 in
find) exit 1 ;;
install) printf `+content+` >"$2/`+pluginName+`" ;;
try) echo PJRT v0.1 ;;
esac`)
}

// A flipped bit changes neither size nor time, and the plugin may load all the same: the doctor looks at all of it.
func TestPluginThatChangedUnseen(t *testing.T) {
	s, _ := newTest(t, Options{Unverified: true})
	withPlugin(t, s, "good")
	if err := s.Ready(t.Context(), s.Plugin()); err != nil {
		t.Fatal(err)
	}
	plugin := s.path("xla", pluginName)
	info, err := os.Stat(plugin)
	if err != nil {
		t.Fatal(err)
	}
	placePlugin(t, s, "gooe")
	if err := os.Chtimes(plugin, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Plugin().Check(t.Context()); err != nil {
		t.Errorf("a start reads all of it: %v", err)
	}
	s.insists = true
	_, err = s.Plugin().try(t.Context())
	wantError(t, err, plugin, "has changed since it was put there")
	if err := s.Mend(t.Context(), s.Plugin()); err != nil || text(t, plugin) != "good" {
		t.Errorf("it is not mended: %v, %q", err, text(t, plugin))
	}
}

// Earlier versions noted no digest. The doctor says so, and -mend notes it; what came from the wheel has a known one.
func TestPluginOfAnEarlierVersion(t *testing.T) {
	for name, test := range map[string]struct {
		note, plugin, wheel string // what about.txt says, what the file holds, and what the one in the wheel does
		says, mended        string // the doctor, and the file after -mend
	}{
		"of the wheel":               {"PJRT v0.1, from " + fromWheel, "good", "good", "PJRT v0.1, from " + fromWheel, "good"},
		"of the wheel but changed":   {"PJRT v0.1, from " + fromWheel, "goof", "good", "has changed since it was put there", "new"},
		"of the installer":           {"PJRT v0.1, from GoMLX's installer", "good", "other", "PJRT v0.1, from GoMLX's installer. An earlier version", "good"},
		"of which nothing was noted": {"", "good", "other", "PJRT v0.1. An earlier version", "good"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newTest(t, Options{Unverified: true})
			withPlugin(t, s, "new")
			placePlugin(t, s, test.wheel)
			plugin, about := s.path("xla", pluginName), s.path("xla", "about.txt")
			s.sources.pluginSum = sumOf(t, plugin)
			placePlugin(t, s, test.plugin)
			if err := os.WriteFile(about, []byte(test.note), 0o644); err != nil {
				t.Fatal(err)
			}
			s.insists = true
			if said, err := s.Plugin().try(t.Context()); (err == nil) != (test.plugin == test.mended) || !strings.Contains(fmt.Sprint(said, err), test.says) {
				t.Errorf("the doctor says %q, %v", said, err)
			}
			if text(t, about) != test.note {
				t.Error("the doctor has changed something")
			}
			if err := s.Mend(t.Context(), s.Plugin()); err != nil || text(t, plugin) != test.mended {
				t.Fatalf("%v; the plugin is %q", err, text(t, plugin))
			}
			if _, sum := s.pluginSource(); sum != sumOf(t, plugin) {
				t.Errorf("the digest noted is %q", sum)
			}
			if about, err := s.Plugin().try(t.Context()); err != nil || strings.Contains(about, "An earlier version") {
				t.Errorf("after -mend: %q, %v", about, err)
			}
		})
	}
}

// xla is any plugin, as for GoMLX: with one for a GPU, none for the CPU has to be fetched.
func TestBackendXLAIsAnyPlugin(t *testing.T) {
	s, said := newTest(t, Options{Backend: "xla"})
	calls := withHelper(t, s, `[ "$*" = "try xla" ] && echo PJRT v0.2`)
	if err := s.Ready(t.Context(), s.Plugin()); err != nil || calls() != 1 || s.UseBackend() != "xla" {
		t.Errorf("%v, %d calls, backend %s; said\n%s", err, calls(), s.UseBackend(), said)
	}
	withHelper(t, s, "exit 1")
	wantError(t, s.Ready(t.Context(), s.Plugin()), "the wheel", "GoMLX's installer")
}

func TestUnverifiedPluginIsAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		allowed bool
		ask     func(context.Context, string) bool
		want    bool
	}{
		"nobody there": {false, nil, false},
		"no":           {false, func(context.Context, string) bool { return false }, false},
		"yes":          {false, func(context.Context, string) bool { return true }, true},
		"by flag":      {true, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newTest(t, Options{Unverified: test.allowed, Ask: test.ask})
			withHelper(t, s, `[ "$1" = install ] && echo good >"$2/`+pluginName+`"`)
			_, err := s.gomlxPlugin(t.Context(), t.TempDir())
			if test.want && err != nil {
				t.Error(err)
			} else if !test.want {
				wantError(t, err, "checksum", "-unverified")
			}
		})
	}
}

// Without a network no command waits twice for sources that do not answer, but for the one that is to mend it.
func TestMissingPluginIsRemembered(t *testing.T) {
	s, _ := newTest(t, Options{})
	calls := withHelper(t, s, "exit 1")
	if err := s.Ready(t.Context(), s.Plugin()); err != nil || s.UseBackend() != "go" {
		t.Fatalf("%v, backend %s", err, s.UseBackend())
	}
	asked := calls()
	again := func() (*Setup, string) {
		t.Helper()
		next, said := newTest(t, Options{Home: s.Home})
		next.Helper = s.Helper
		if err := next.Ready(t.Context(), next.Plugin()); err != nil || next.UseBackend() != "go" {
			t.Fatalf("%v, backend %s", err, next.UseBackend())
		}
		return next, said.String()
	}
	_, said := again()
	if calls() != asked {
		t.Errorf("the sources were asked again: %s", said)
	}
	if strings.Count(said, "\n") != 2 || !strings.Contains(said, "doctor -mend") || !strings.Contains(said, "twenty times slower") {
		t.Errorf("want two lines, the second with what to do; said\n%s", said)
	}
	old := time.Now().Add(-2 * patienceForPlugin)
	if err := os.Chtimes(s.path("xla", unavailable), old, old); err != nil {
		t.Fatal(err)
	}
	if again(); calls() == asked {
		t.Error("an old failure keeps it from being looked for")
	}
	asked = calls()
	next, _ := newTest(t, Options{Home: s.Home})
	next.Helper = s.Helper
	if err := next.Mend(t.Context(), next.Plugin()); err != nil {
		t.Fatal(err)
	}
	if calls() == asked {
		t.Error("doctor -mend does not look again")
	}
}

func TestHelperEndsWithContext(t *testing.T) {
	s, _ := newTest(t, Options{})
	withHelper(t, s, "sleep 60")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.tried(ctx, "xla:/some/plugin.so")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestNullDeviceIsNoTerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if s := (&Setup{Options: Options{Out: null}}); s.terminal() {
		t.Error("it is taken for one")
	}
	if s := (&Setup{Options: Options{Out: io.Discard}}); s.terminal() {
		t.Error("a writer that is no file is taken for one")
	}
}
