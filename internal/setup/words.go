// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// What a program prints for its authors when it fails: lines that end such a part, or belong to it.
var (
	goroutine = regexp.MustCompile(`^goroutine \d+.*\[.*\]:?$`)
	machine   = regexp.MustCompile(`^(r[a-z0-9]{1,5}|[cfg]s) +0x[0-9a-f]+$|^\s*@ +0x[0-9a-f]+|^PC=0x|^\[?signal .*(code|addr)=|^-{5}$|stack trace: \*+$`)
	chained   = regexp.MustCompile(`^(During handling of the above exception|The above exception was the direct cause)`)
)

// A wordFilter leaves out of a program's lines what only its authors understand: of a Python traceback all but the exception, and
// of what Go prints when it panics, the goroutines.
type wordFilter struct {
	traceback, dump bool // that of which we are inside
	indent          int  // of the traceback
}

// keep tells whether the next line is for users.
func (f *wordFilter) keep(line string) bool {
	blank := strings.TrimSpace(line) == ""
	indent := len(line) - len(strings.TrimLeft(line, " "))
	switch {
	case strings.Contains(line, "Traceback (most recent call last)"):
		f.traceback, f.indent = true, indent
		return false
	case goroutine.MatchString(line):
		f.dump = true
		return false
	case machine.MatchString(line), chained.MatchString(strings.TrimSpace(line)):
		return false
	case f.traceback && (blank || indent > f.indent):
		return false // a file's name or its source
	case f.dump:
		f.dump = !blank
		return false
	}
	f.traceback = false
	return true
}

// forUsers filters a whole output.
func forUsers(output string) string {
	var filter wordFilter
	var kept []string
	for _, line := range strings.Split(strings.ReplaceAll(output, "\r\n", "\n"), "\n") {
		if filter.keep(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// A wordWriter passes on those lines that are for users, each when it ends.
type wordWriter struct {
	out    io.Writer
	filter wordFilter
	line   []byte // that has not ended yet
}

func (w *wordWriter) Write(p []byte) (int, error) {
	w.line = append(w.line, p...)
	for {
		line, rest, found := bytes.Cut(w.line, []byte("\n"))
		if !found {
			return len(p), nil
		}
		if w.filter.keep(string(line)) {
			if _, err := w.out.Write(append(bytes.Clone(line), '\n')); err != nil {
				return 0, err
			}
		}
		w.line = rest
	}
}
