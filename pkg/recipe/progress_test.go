// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"strings"
	"testing"
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
