// SPDX-License-Identifier: Apache-2.0

package about

import "testing"

// Zen 4 and Zen 5 may both call themselves AMD EPYC, and are not equally fast.
func TestProcessor(t *testing.T) {
	for cpuinfo, want := range map[string]string{
		"processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel\t\t: 3\n": "AMD EPYC (family 26, model 2)",
		"processor\t: 0\nBogoMIPS\t: 50.00\n": "arm64",
		"":                                    "arm64",
	} {
		if got := processor(cpuinfo, "arm64"); got != want {
			t.Errorf("%q is called %q, want %q", cpuinfo, got, want)
		}
	}
}
