// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
)

// Doctor tries everything and lists on w what works, with versions, and for what does not the command that mends it. The error
// says how many things do not work. Nothing is changed.
func (s *Setup) Doctor(ctx context.Context, w io.Writer) error {
	s.insists = true
	fmt.Fprintf(w, "%s on %s/%s\nhome %s\ncheckout %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, s.Home, s.Source)
	broken := 0
	for _, step := range s.Steps() {
		detail, err := step.try(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			fmt.Fprintf(w, "✓ %s: %s\n", step.Name, detail)
			continue
		}
		broken++
		fmt.Fprintf(w, "✗ %s: %v\n%s", step.Name, err, step.cure(err))
	}
	if broken > 0 {
		return fmt.Errorf("%d not ready", broken)
	}
	return nil
}

// Mend makes ready what is missing, tries it, and makes what does not work anew.
func (s *Setup) Mend(ctx context.Context, steps ...Step) error {
	s.insists = true
	var tried []Step
	for _, step := range steps {
		step.Check = step.try
		tried = append(tried, step)
	}
	return s.Ready(ctx, tried...)
}

// try looks at what is there, and uses it.
func (step Step) try(ctx context.Context) (detail string, err error) {
	if detail, err = step.Check(ctx); err == nil && step.Try != nil {
		err = step.Try(ctx)
	}
	return detail, err
}

// cure is what mends a step, on a line of its own.
func (step Step) cure(err error) string {
	switch {
	case errors.As(err, new(explained)):
		return ""
	case step.Make == nil:
		return "  " + step.Mend + "\n"
	}
	return "  go run ./cmd/skipnets doctor -mend\n"
}
