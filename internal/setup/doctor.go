// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
)

// A Finding is what [Setup.Examine] says of one thing.
type Finding struct {
	Name   string `json:"name"`
	Works  bool   `json:"works"`
	Detail string `json:"detail,omitempty"` // versions and places
	Fault  string `json:"fault,omitempty"`  // what does not work
	Mend   string `json:"mend,omitempty"`   // what to do about it
}

// Examine tries everything, one thing after the other, and calls report with each as soon as it is known. The error says how
// many things do not work. Nothing is changed.
func (s *Setup) Examine(ctx context.Context, report func(Finding)) error {
	s.insists = true
	broken := 0
	for _, step := range s.Steps() {
		detail, err := step.try(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		finding := Finding{Name: step.Name, Works: err == nil, Detail: detail}
		if err != nil {
			broken++
			finding.Detail, finding.Fault, finding.Mend = "", err.Error(), strings.TrimSpace(step.cure(err))
		}
		report(finding)
	}
	if broken > 0 {
		return fmt.Errorf("%d not ready", broken)
	}
	return nil
}

// Doctor lists on w what Examine finds, below the machine and the folders that are used.
func (s *Setup) Doctor(ctx context.Context, w io.Writer) error {
	fmt.Fprintf(w, "%s on %s/%s\nhome %s\ncheckout %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, s.Home, s.Source)
	return s.Examine(ctx, func(f Finding) {
		if f.Works {
			fmt.Fprintf(w, "✓ %s: %s\n", f.Name, f.Detail)
			return
		}
		fmt.Fprintf(w, "✗ %s: %s\n", f.Name, f.Fault)
		if f.Mend != "" {
			fmt.Fprintf(w, "  %s\n", f.Mend)
		}
	})
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
