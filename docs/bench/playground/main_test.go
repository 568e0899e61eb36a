// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

// What cannot be measured is refused before a browser starts.
func TestRunRefuses(t *testing.T) {
	for _, test := range []struct {
		args   []string
		visits int
	}{{nil, 5}, {[]string{"a", "b"}, 5}, {[]string{"a"}, 0}} {
		if err := run(t.Context(), test.args, test.visits, ""); err == nil || !strings.Contains(err.Error(), "folder of a site") {
			t.Errorf("%q, %d visits: %v", test.args, test.visits, err)
		}
	}
}
