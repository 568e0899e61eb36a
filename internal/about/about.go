// SPDX-License-Identifier: Apache-2.0

// Package about says which program and which machine made a result.
package about

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// Commit is the revision that the program was built from, with a "+" if files had been changed. It is empty where the build does
// not know it: go build does, go run does not.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if settings["vcs.modified"] == "true" {
		revision += "+"
	}
	return revision
}

// Machine names the processor and how many of its threads Go uses.
func Machine() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	name := runtime.GOARCH
	if err == nil {
		name = processor(string(text), name)
	}
	return fmt.Sprintf("%s, %d cores", name, runtime.GOMAXPROCS(0))
}

// Backend is what a backend of GoMLX says of itself, without the folder that its plugin lies in: the plugin is the same wherever it is.
func Backend(b interface{ Description() string }) string {
	return folder.ReplaceAllString(b.Description(), "")
}

var folder = regexp.MustCompile(`/[^ :()]*/`)

// processor is its name in /proc/cpuinfo, or else the given one. A virtual machine may keep the generation from the name,
// as in "AMD EPYC": family and model tell Zen 3 from Zen 5.
func processor(cpuinfo, name string) string {
	first := map[string]string{}
	for line := range strings.Lines(cpuinfo) {
		if key, value, found := strings.Cut(line, ":"); found && first[strings.TrimSpace(key)] == "" {
			first[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	name = cmp.Or(first["model name"], name)
	if family := first["cpu family"]; family != "" {
		name += fmt.Sprintf(" (family %s, model %s)", family, first["model"])
	}
	return name
}
