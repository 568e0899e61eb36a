// SPDX-License-Identifier: Apache-2.0

//go:build !js

package accel

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/internal/whole"
)

// machine is what the fastest form depends on besides: processor, cores, plugin, XLA's options, and this package's forms.
func machine(b compute.Backend) string {
	return fmt.Sprintf("%s, %s, XLA_FLAGS=%q, forms %d", about.Machine(), about.Backend(b), os.Getenv(xlaFlags), formsVersion)
}

// formsVersion is counted up when a form is built otherwise under its old name.
const formsVersion = 1

// read is what the file has about this machine.
func (t *Tuner) read(b compute.Backend) Forms {
	forms := Forms{}
	if all, err := readForms(t.file); err == nil {
		maps.Copy(forms, all[machine(b)])
	}
	return forms
}

func readForms(file string) (map[string]Forms, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := map[string]Forms{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return all, nil
}

// write adds what is known to the file. What it holds of other machines stays; a damaged file holds nothing that cannot be measured again.
func (t *Tuner) write(b compute.Backend) {
	all, err := readForms(t.file)
	if err != nil {
		all = map[string]Forms{}
	}
	name := machine(b)
	if all[name] == nil {
		all[name] = Forms{}
	}
	maps.Copy(all[name], t.known)
	writeForms(t.file, all)
}

// writeForms does what it can: without the file, the next program measures again.
func writeForms(file string, all map[string]Forms) {
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil || file == "" || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	_ = whole.WriteFile(file, append(text, '\n'), 0o644)
}
