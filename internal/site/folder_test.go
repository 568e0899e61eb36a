// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/setup"
)

// A folder with other things in it is left alone.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	if err := Free(filepath.Join(dir, "a", "\"new\"\n one")); err != nil {
		t.Error(err)
	}
	if err := Free(dir); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	put(t, dir, "thesis.tex", "")
	if err := Free(dir); err == nil || !strings.Contains(err.Error(), "holds other files") {
		t.Errorf("a folder with something else in it: %v", err)
	}
	put(t, dir, mark, "{}")
	if err := Free(dir); err != nil {
		t.Errorf("an earlier site: %v", err)
	}
	if found := names(t, dir); !slices.Equal(found, []string{mark, "thesis.tex"}) {
		t.Errorf("the question alone leaves %q", found)
	}
	killed := t.TempDir()
	if err := os.Mkdir(filepath.Join(killed, unfinished), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Free(killed); err != nil {
		t.Errorf("the beginning of a site: %v", err)
	}
	if runtime.GOOS != "linux" {
		return // where there is no such folder
	}
	if err := Free("/proc/site"); err == nil || !strings.Contains(err.Error(), "that you may write to") {
		t.Errorf("a folder where nobody may write: %v", err)
	}
}

// A site that does not become whole leaves what was there.
func TestBuildUnfinished(t *testing.T) {
	s, err := setup.New(setup.Options{Home: t.TempDir(), Source: filepath.Join("..", "..")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, before := range [][]string{nil, {"01_plain.html", "CNAME", mark}} {
		dir := filepath.Join(t.TempDir(), "site")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range before {
			put(t, dir, name, "before")
		}
		if err := (Builder{Setup: s, Dir: dir, Out: t.Output()}).Build(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "holds what it held before") {
			t.Errorf("a site that was stopped: %v", err)
		}
		if found := names(t, dir); !slices.Equal(found, before) {
			t.Errorf("left are %q, before there were %q", found, before)
		}
	}
}

// A site that is whole takes the place of an earlier one, folders and all, and leaves what is not a site's.
func TestPublish(t *testing.T) {
	dir := t.TempDir()
	aside := filepath.Join(dir, unfinished)
	for _, folder := range []string{filepath.Join(dir, "weights"), filepath.Join(aside, "weights"), filepath.Join(aside, "figures")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"CNAME", "index.html", mark, "weights/old"} {
		put(t, dir, name, "old")
	}
	for _, name := range []string{"index.html", mark, "weights/new", "figures/a.png"} {
		put(t, aside, name, "new")
	}
	if err := publish(aside, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"CNAME": "old", "index.html": "new", mark: "new", "weights/new": "new", "figures/a.png": "new"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
	if found := names(t, filepath.Join(dir, "weights")); !slices.Equal(found, []string{"new"}) {
		t.Errorf("weights: %q", found)
	}
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// Serving ends with its context. A folder without a site is not served, and a port that is taken is named before.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	listener, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := Serve(t.Context(), dir, listener, t.Output()); err == nil || !strings.Contains(err.Error(), "there is no site in") {
		t.Errorf("of a folder without a site: %v", err)
	}
	put(t, dir, mark, "{}")
	at, _ := listener.Addr().(*net.TCPAddr)
	if _, err := Listen(at.Port); err == nil || !strings.Contains(err.Error(), "Choose another port") {
		t.Errorf("of a port that is taken: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := Serve(ctx, dir, listener, t.Output()); err != nil {
		t.Error(err)
	}
}
