// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A limit is something that the name of a folder may not hold, because a program that gets the name cannot take it.
type limit struct {
	holds func(path string) bool
	what  string
	why   string
}

var (
	control = limit{
		func(path string) bool {
			return !utf8.ValidString(path) || strings.ContainsFunc(path, unicode.IsControl)
		},
		"a line break, another control character, or a byte that is not UTF-8", "Go and Jupyter refuse such folders",
	}
	colon     = limit{containing(":"), "a colon", "PATH has a colon between two folders"}
	comma     = limit{containing(","), "a comma", "GoMLX takes what follows a comma for an option of the plugin"}
	braces    = limit{regexp.MustCompile(`\{\w+\}`).MatchString, "a word in braces", "Jupyter takes it for a name to fill in"}
	backslash = limit{containing(`\`), "a backslash", "Go takes it for a folder of Windows"}
	space     = limit{func(path string) bool { return strings.TrimSpace(path) != path }, "a space at its end", "Go leaves it out in go.mod"}
)

func containing(part string) func(string) bool {
	return func(path string) bool { return strings.Contains(path, part) }
}

// checkPaths refuses folders with which something would fail later, in words that nobody understands. All other characters
// work: quotes, spaces, brackets, $, & and the like.
func (s *Setup) checkPaths() error {
	if err := allowed(s.Home, control, colon, comma, braces); err != nil {
		return fmt.Errorf("the folder for downloads is %w\n  Choose another one: export %s=$HOME/skipnets", err, EnvHome)
	}
	if err := allowed(s.Source, control, backslash, space); err != nil {
		return fmt.Errorf("the checkout is in %w\n  Rename that folder, or clone into another one", err)
	}
	return nil
}

func allowed(path string, limits ...limit) error {
	for _, limit := range limits {
		if limit.holds(path) {
			return fmt.Errorf("%q: its name holds %s, and %s", path, limit.what, limit.why)
		}
	}
	return nil
}

// quoted is a text as one word for a POSIX shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
