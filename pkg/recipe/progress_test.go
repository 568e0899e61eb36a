// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"strings"
	"testing"
	"time"
)

// A held-out loss of twelve digits is not worth twelve digits.
func TestBarShowsLosses(t *testing.T) {
	for want, loss := range map[string]float64{
		"held-out loss 2.303, accuracy":     2.3026,
		"held-out loss 100.000, accuracy":   100,
		"held-out loss above 100, accuracy": 470320582492.16,
	} {
		var line strings.Builder
		NewBar(&line).Epoch(Record{Epoch: 1, HeldOutLoss: loss}, 4)
		if !strings.Contains(line.String(), want) {
			t.Errorf("a loss of %g is shown as %q, want %q", loss, line.String(), want)
		}
	}
}

// A log says once, and early, how long the training takes; the first step, which is compiled, does not count.
func TestBarSaysHowLong(t *testing.T) {
	for _, c := range []struct {
		name string
		step time.Duration
		from int // the step before, of a resumed training
		want string
	}{
		{"long", 3 * time.Second, 0, "about 49 min to go on this machine\n"},
		{"resumed", 3 * time.Second, 500, "about 24 min to go on this machine\n"},
		{"short", 50 * time.Millisecond, 0, ""},
	} {
		var log strings.Builder
		b := NewBar(&log).(*bar)
		now := time.Unix(0, 0)
		b.now = func() time.Time { return now }
		now = now.Add(time.Hour) // compilation
		for step := c.from + 1; step <= c.from+100; step++ {
			b.Step(Status{Step: step, Steps: 1000})
			now = now.Add(c.step)
		}
		if log.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, log.String(), c.want)
		}
	}
}
