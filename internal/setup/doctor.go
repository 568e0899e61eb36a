// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"fmt"
	"io"
	"runtime"
)

// Doctor lists on w what is there, with versions, and for what is missing the command that mends it. The error says
// how many things are missing. Nothing is changed.
func (s *Setup) Doctor(w io.Writer) error {
	fmt.Fprintf(w, "%s on %s/%s\nhome %s\ncheckout %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, s.Home, s.Source)
	missing := 0
	for _, step := range s.Steps() {
		detail, err := step.Check()
		if err == nil {
			fmt.Fprintf(w, "✓ %s: %s\n", step.Name, detail)
			continue
		}
		missing++
		fmt.Fprintf(w, "✗ %s: %v\n  %s\n", step.Name, err, step.cure())
	}
	if missing > 0 {
		return fmt.Errorf("%d missing", missing)
	}
	return nil
}

// cure is the command that mends a step.
func (step Step) cure() string {
	if step.Make == nil {
		return step.Mend
	}
	return "go run ./cmd/skipnets doctor -mend"
}
