// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

func put(t testing.TB, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// What is accepted as a notebook is JSON of the right version with a list of cells, and has a title.
func FuzzNotebook(f *testing.F) {
	for _, seed := range []string{
		oneCell, "", "null", "{}", `{"nbformat": 4}`, `{"nbformat": 3, "cells": []}`, `{"nbformat": 4, "cells": null}`, `{"nbformat": 4, "cells": []}`,
		`{"nbformat": 4, "cells": [{"source": ["# A title\n", "\n", "*What it\n", "promises*\n"]}]}`, `{"nbformat": 4, "cells": [{"source": 7}]}`,
		`{"nbformat": 4, "cells": [null]}`, `{"nbformat": 4, "cells": [{"source": [null, {}]}]}`, `{"nbformat": 4,`, "[1,\n2,,]",
		"{\n<<<<<<< HEAD\n}", strings.Repeat("[", 20_000),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := filepath.Join(t.TempDir(), "a.ipynb")
		put(t, file, content)
		var title, promise string
		var err error
		fuzztest.Read(t, func() { title, promise, err = Opening(file) })
		if err != nil {
			if !strings.Contains(err.Error(), file) {
				t.Errorf("the error does not say which file: %v", err)
			}
			return
		}
		var notebook map[string]any
		if err := json.Unmarshal(content, &notebook); err != nil {
			t.Fatalf("it accepted %q: %v", content, err)
		}
		if title == "" || strings.Contains(promise, "\n") {
			t.Errorf("title %q, promise %q", title, promise)
		}
	})
}

// The notes of what has been tried may be damaged: then nothing is known, and what is tried next can be noted.
func FuzzTrials(f *testing.F) {
	for _, seed := range []string{`{"xla:/a":{"Seal":"1","About":"PJRT"}}`, "null", "{}", "[]", `{"xla:/a":null}`, `{"xla:/a":{"Seal":1}}`, "{", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s := &Setup{Options: Options{Home: t.TempDir()}}
		if err := os.Mkdir(s.path("xla"), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, s.trials(), content)
		fuzztest.Read(t, func() {
			trials := s.loadTrials()
			trials["xla:/b"] = trial{"2", "noted"}
			if !json.Valid(content) && len(trials) > 1 {
				t.Errorf("it took %v from what is no JSON", trials)
			}
		})
	})
}

// No traceback and no goroutine of what a program prints reaches a user.
func FuzzForUsers(f *testing.F) {
	for _, seed := range []string{
		"Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x()\nValueError: no\n",
		"panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\nexit status 2\n", "SIGBUS\nPC=0x1 m=0\n\ngoroutine 0 gp=0x1 m=0 mp=0x2 [idle]:\n", "plain\r\nwords", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, output string) {
		var kept string
		fuzztest.Read(t, func() { kept = forUsers(output) })
		for _, line := range strings.Split(kept, "\n") {
			if strings.Contains(line, "Traceback (most recent call last)") || goroutine.MatchString(line) {
				t.Errorf("it keeps %q", line)
			}
		}
		var written bytes.Buffer
		if _, err := (&wordWriter{out: &written}).Write([]byte(output)); err != nil {
			t.Fatal(err)
		}
	})
}

// Of pip's settings those pass that concern us, each as one variable.
func FuzzPipVariables(f *testing.F) {
	for _, seed := range []string{"global.index-url='https://a/b'", ":env:.index-url='x'\nglobal.index-url='y'", "global.target='/t'", "a.b=", "global.index-url='", "global.extra-index-url='\\nhttps://a\\nhttps://b'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, listed string) {
		fuzztest.Read(t, func() {
			for _, variable := range pipVariables(listed) {
				name, _, found := strings.Cut(variable, "=")
				setting, isPip := strings.CutPrefix(name, "PIP_")
				if !found || !isPip || !slices.Contains(pipSettings, strings.ToLower(setting)) {
					t.Errorf("it passes %q", variable)
				}
			}
		})
	})
}

// Whatever an archive calls its files, they are written into the folder.
func FuzzUntar(f *testing.F) {
	for _, names := range [][]string{{"package/a.png", "b"}, {"../../c", "/d"}, {"..", "."}, {"a\x00b"}} {
		f.Add(tarOf(f, names...))
	}
	f.Add(tarOf(f, "a")[:30])
	f.Fuzz(func(t *testing.T, content []byte) {
		around := t.TempDir()
		dir := filepath.Join(around, "folder")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		archive := filepath.Join(around, "a.tgz")
		put(t, archive, content)
		fuzztest.Read(t, func() { _ = untar(archive, dir) })
		if entries, err := os.ReadDir(around); err != nil || len(entries) != 2 {
			t.Errorf("beside the folder: %v, %v", entries, err)
		}
	})
}

func tarOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	files := tar.NewWriter(zipped)
	for _, name := range names {
		if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 2}); err != nil {
			continue // a name that no archive can have
		}
		if _, err := files.Write([]byte("ab")); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// Out of a wheel comes the one file that is wanted, with the content that the archive vouches for.
func FuzzUnzipOne(f *testing.F) {
	var packed bytes.Buffer
	files := zip.NewWriter(&packed)
	for _, name := range []string{"other", "deep/" + pluginName} {
		file, err := files.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := file.Write([]byte(strings.Repeat(name, 20))); err != nil {
			f.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add(packed.Bytes()[:packed.Len()-10])
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		archive, into := filepath.Join(dir, "a.whl"), filepath.Join(dir, "plugin")
		put(t, archive, content)
		var err error
		fuzztest.Read(t, func() { err = unzipOne(archive, pluginName, into) })
		if entries, readErr := os.ReadDir(dir); readErr != nil || len(entries) > 2 || err == nil && len(entries) != 2 {
			t.Errorf("it leaves %v, %v", entries, readErr)
		}
	})
}
