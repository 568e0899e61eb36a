// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// identity tells the runs of one directory from others. It cannot see all that decides a run's numbers: not the network
// behind the name, nor the images behind the dataset's name, its own seed, or the backend.
func (j Job) identity() string {
	return fmt.Sprintf("%s, seed %d, %d images of %s, %d held out, recipe %s",
		j.Name, j.Seed, j.Training.Len(), j.Training.Name(), j.HeldOut.Len(), j.Recipe)
}

var identityForm = regexp.MustCompile(`(?s)^(.*), seed (-?\d+), (\d+) images of (.*), (\d+) held out, recipe (\{.*\})$`)

// What the parts of an identity are called, and the flag of skipnets train that decides each; a field of the recipe that
// is not here has its JSON name and follows from the preset.
var identityParts = map[string]struct{ name, flag string }{
	"network":       {"network", ""},
	"seed":          {"seed", "-seed"},
	"images":        {"training images", "-quick, -data"},
	"dataset":       {"data set", ""},
	"held out":      {"held-out images", "-quick, -data"},
	"name":          {"recipe", ""},
	"epochs":        {"epochs", "-epochs"},
	"learning_rate": {"learning rate", "-rate"},
	"bfloat16":      {"precision of convolutions", "-precision"},
}

// parts takes an identity apart, so that two of them can be compared field by field. Fields that are zero are left out, as
// in a recipe's JSON; nil means that the text is no identity.
func parts(identity string) map[string]string {
	found := identityForm.FindStringSubmatch(identity)
	if found == nil {
		return nil
	}
	var recipe map[string]json.RawMessage
	if err := json.Unmarshal([]byte(found[6]), &recipe); err != nil {
		return nil
	}
	fields := map[string]string{"network": found[1], "seed": found[2], "images": found[3], "dataset": found[4], "held out": found[5]}
	for name, value := range recipe {
		fields[name] = strings.Trim(string(value), `"`)
	}
	return fields
}

// otherRun returns an error that names what differs if the directory holds another run than the one that is asked for. data are
// the lines of otherData.
func otherRun(dir, there, asked string, data []string) error {
	if there == asked && len(data) == 0 {
		return nil
	}
	was, is := parts(there), parts(asked)
	if was == nil || is == nil {
		return fmt.Errorf("%s holds another run (%s): train into another directory (-dir), or remove this one", dir, there)
	}
	lines := slices.Clone(data)
	for _, field := range slices.Sorted(maps.Keys(union(was, is))) {
		if was[field] != is[field] && field != "name" {
			lines = append(lines, difference(field, was[field], is[field]))
		}
	}
	if len(lines) == 0 && was["name"] != is["name"] { // else it follows from what differs
		lines = append(lines, difference("name", was["name"], is["name"]))
	}
	if len(lines) == 0 { // the fields were written in another order
		return nil
	}
	return fmt.Errorf("%s holds another run. It differs in:\n  %s\nAsk for what is there, train into another directory (-dir), or remove this one",
		dir, strings.Join(lines, "\n  "))
}

func union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// difference is one line: "learning rate: 0.4 there, 0.8 asked (-rate 0.4 goes on with it)".
func difference(field, was, is string) string {
	part, known := identityParts[field]
	if !known {
		part.name = strings.ReplaceAll(field, "_", " ")
	}
	flag := part.flag
	if field == "bfloat16" {
		was, is = precisionName(was), precisionName(is)
	}
	if was != "" && flag != "" && !strings.Contains(flag, ",") {
		flag += " " + was + " goes on with it"
	}
	line := fmt.Sprintf("%s: %s there, %s asked", part.name, orNone(was), orNone(is))
	if flag != "" {
		line += " (" + flag + ")"
	}
	return line
}

func precisionName(bfloat16 string) string {
	if bfloat16 == "true" {
		return "bf16"
	}
	return "fp32"
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// lost adds to the error about a checkpoint that cannot be used what is left of the run, and what to do next.
func lost(dir string, err error) error {
	next := fmt.Sprintf("remove %s to train from the beginning", dir)
	if _, notes, bestErr := LoadWithNotes(filepath.Join(dir, BestFile)); bestErr == nil {
		next = fmt.Sprintf("%s beside it is whole, of epoch %s: skipnets eval %s measures it. To train on is not possible; %s",
			BestFile, orNone(notes["epoch"]), dir, next)
	} else if !errors.Is(bestErr, os.ErrNotExist) {
		next = fmt.Sprintf("%s beside it is damaged, too; %s", BestFile, next)
	}
	return fmt.Errorf("%w\n%s", err, next)
}
