// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// network is a small one: what counts is how often a training is killed, not what it learns.
const network = "compact-residual-w4"

// training trains on the sample, with the home that is ready. The folder is the same for all seeds; each has one of its own in it.
func (b *bench) training(seed int) job {
	dir := b.path("training")
	of := func(read func(run string) (manifest, error)) func(string) (manifest, error) {
		return func(dir string) (manifest, error) { return read(filepath.Join(dir, network+"-seed1")) }
	}
	return job{
		name: "training", dir: dir, share: 1, power: 1, kills: 10,
		args:   []string{"train", "-quick", "-preset", "quick", "-epochs", fmt.Sprint(b.epochs), "-seed", fmt.Sprint(seed), "-dir", dir, network},
		result: of(trained),
		whole: func(dir string, _ manifest) error {
			_, err := of(loaded)(dir)
			return err
		},
		kept: func(dir string) (int, error) { return stepsKept(filepath.Join(dir, network+"-seed1")) },
	}
}

// trained is all that a training gives, without its seconds.
func trained(run string) (manifest, error) {
	result, err := loaded(run)
	if err != nil {
		return nil, err
	}
	if len(result) != 4 {
		return nil, fmt.Errorf("%s lacks some of the four files: it has %d", run, len(result))
	}
	return result, nil
}

// loaded reads those of a training's files that are there: each must be whole.
func loaded(run string) (manifest, error) {
	files := manifest{}
	for name, read := range map[string]func(run string) (any, error){
		recipe.BestFile:    func(run string) (any, error) { return values(filepath.Join(run, recipe.BestFile)) },
		recipe.LatestFile:  func(run string) (any, error) { return values(filepath.Join(run, recipe.LatestFile)) },
		recipe.HistoryFile: history,
		recipe.ReportFile:  report,
	} {
		if _, err := os.Stat(filepath.Join(run, name)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		content, err := read(run)
		if err != nil {
			return nil, err
		}
		files[name] = fmt.Sprintf("%+v", content)
	}
	return files, nil
}

func history(run string) (any, error) {
	records, err := recipe.LoadHistory(filepath.Join(run, recipe.HistoryFile))
	for i := range records {
		records[i].Seconds, records[i].SamplesPerSecond = 0, 0
	}
	return records, err
}

func report(run string) (any, error) {
	r, err := recipe.LoadReport(run)
	r.Seconds, r.SamplesPerSecond, r.PeakMemory, r.Commit = 0, 0, 0, ""
	return r, err
}

// values is the digest of a weights file's values, after the package has accepted the file. The header holds the seconds.
func values(file string) (any, error) {
	if _, err := recipe.Load(file); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var header uint64
	if err := binary.Read(bytes.NewReader(content), binary.LittleEndian, &header); err != nil {
		return nil, err
	}
	return fmt.Sprintf("%x", sha256.Sum256(content[8+header:])), nil
}

// stepsKept is the number of steps after which the training was last saved.
func stepsKept(run string) (int, error) {
	file := filepath.Join(run, recipe.LatestFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	_, notes, err := recipe.LoadWithNotes(file)
	if err != nil {
		return 0, err
	}
	var state struct{ Total int }
	err = json.Unmarshal([]byte(notes["skipnets.state"]), &state)
	return state.Total, err
}
