// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"regexp"
	"strings"
)

// What a program prints for its authors when it fails: lines that end such a part, or belong to it.
var (
	goroutine = regexp.MustCompile(`^goroutine \d+.*\[.*\]:?$`)
	machine   = regexp.MustCompile(`^(r[a-z0-9]{1,5}|[cfg]s) +0x[0-9a-f]+$|^\s*@ +0x[0-9a-f]+|^PC=0x|^\[?signal .*(code|addr)=|^-{5}$|stack trace: \*+$`)
	chained   = regexp.MustCompile(`^(During handling of the above exception|The above exception was the direct cause)`)
)

// forUsers leaves out of a program's output what only its authors understand: of a Python traceback all but the exceptions,
// and of what Go prints when it panics, the goroutines.
func forUsers(output string) string {
	var kept []string
	traceback, dump := false, false
	for _, line := range strings.Split(strings.ReplaceAll(output, "\r\n", "\n"), "\n") {
		blank := strings.TrimSpace(line) == ""
		switch {
		case strings.Contains(line, "Traceback (most recent call last)"):
			traceback = true
			continue
		case goroutine.MatchString(line):
			dump = true
			continue
		case machine.MatchString(line), chained.MatchString(line):
			continue
		case traceback && (blank || strings.HasPrefix(line, " ")):
			continue // a file's name or its source
		case dump && blank:
			dump = false
			continue
		case dump:
			continue
		}
		traceback = false
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}
