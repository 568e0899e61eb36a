// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// A network has one name: what is accepted is called so, and in no other way.
func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		f.Add(name)
	}
	for _, name := range []string{"", "-", "residual", "residual-", "residual-08", "residual--8", "residual-2000000", "residual-99999999999999999999", "compact-residual-24", "highway-56-3", "highway-56-b0", "highway-56-b03", "densenet-40-k0", "wide-plain-w0", "residual-８"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		fuzztest.Read(t, func() {
			net, err := Parse(name, 10)
			if (net == nil) != (err != nil) {
				t.Fatalf("net %t, error %v", net != nil, err)
			}
			if err != nil {
				return
			}
			if now := Renamed(name); now != name {
				t.Errorf("%q is accepted, but called %q", name, now)
			}
			if written := rewritten(name); written != name {
				t.Errorf("%q is accepted, and is %q", name, written)
			}
		})
	})
}

// rewritten is a name with its numbers as Go writes them.
func rewritten(name string) string {
	base, numbers := splitName(name)
	for _, n := range numbers {
		base += "-" + n.String()
	}
	return base
}
