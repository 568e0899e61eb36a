// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A job is what is killed: a command and the folder in which it works, which is the same each time since some files hold its name.
type job struct {
	name   string
	args   []string
	env    []string
	dir    string                                // emptied before each new run
	power  float64                               // of a random number from 0 to 1, which times share is the moment: 1 for all moments alike
	share  float64                               // of an unbroken run's time, within which a kill falls
	kills  int                                   // of one run, before it is left to end
	result func(dir string) (manifest, error)    // what the job is for
	whole  func(dir string, done manifest) error // what is there must be whole after a fault, too
	kept   func(dir string) (int, error)         // grows with what need not be done again
}

// A manifest tells the results of one job from those of another: the digests of files, or what else must be equal.
type manifest map[string]string

// unlike says in what two manifests differ.
func unlike(got, want manifest) error {
	var differ []string
	for name, digest := range want {
		if got[name] != digest {
			differ = append(differ, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			differ = append(differ, name)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d differ from those of an unbroken run: %s", len(differ), len(want), strings.Join(differ[:min(len(differ), 5)], ", "))
}

// An unbroken run is what the others are compared with.
type unbroken struct {
	Seconds float64
	Bytes   int64 // in its folder
	Result  manifest
}

// reference makes the unbroken run, unless it has been made.
func (b *bench) reference(ctx context.Context, j job) (u unbroken, err error) {
	file := b.path(j.name + ".json")
	if text, err := os.ReadFile(file); err == nil {
		return u, json.Unmarshal(text, &u)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return u, err
	}
	if err := empty(j.dir); err != nil {
		return u, err
	}
	start := time.Now()
	if ended := b.start(ctx, j, "unbroken").wait(0); ended.err != nil {
		return u, fmt.Errorf("%w: %s", ended.err, ended.said)
	}
	u.Seconds = time.Since(start).Seconds()
	if u.Result, err = j.result(j.dir); err != nil {
		return u, err
	}
	if u.Bytes, err = size(j.dir); err != nil {
		return u, err
	}
	text, err := json.Marshal(u)
	if err != nil {
		return u, err
	}
	return u, errors.Join(os.WriteFile(file, text, 0o644), empty(j.dir))
}

// compare looks at a run that has ended: its result is that of the unbroken one, and doctor or the program has no complaint.
func (b *bench) compare(j job, want unbroken, ended ending) error {
	if ended.err != nil {
		return b.note(trial{Job: j.name, What: compared}, fmt.Errorf("%w: %s", ended.err, ended.said))
	}
	got, err := j.result(j.dir)
	if err == nil {
		err = unlike(got, want.Result)
	}
	if err == nil {
		err = leftovers(j.dir)
	}
	return b.note(trial{Job: j.name, What: compared}, err)
}

// leftovers looks for files that were to take another name.
func leftovers(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); strings.Contains(name, ".tmp-") ||
			strings.HasPrefix(name, ".") && strings.Contains(name, "safetensors") {
			return fmt.Errorf("%s was left behind", path)
		}
		return nil
	})
}

// empty removes what is in a folder; it may be a mounted disk, which stays.
func empty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}

func size(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() {
			bytes += (info.Size() + 4095) / 4096 * 4096
		}
		return err
	})
	return bytes, err
}
