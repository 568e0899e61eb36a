// SPDX-License-Identifier: Apache-2.0

// Package about says which program and which machine made a result.
package about

import (
	"fmt"
	"os"
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
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores", name, runtime.GOMAXPROCS(0))
}
