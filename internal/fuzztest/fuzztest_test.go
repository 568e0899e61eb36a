// SPDX-License-Identifier: Apache-2.0

package fuzztest

import (
	"testing"
	"time"
)

// failures counts what a test complains of.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestBounds(t *testing.T) {
	for _, test := range []struct {
		allocated uint64
		took      time.Duration
		want      int
	}{{0, 0, 0}, {MaxMemory, Patience, 0}, {MaxMemory + 1, 0, 1}, {0, Patience + 1, 1}, {MaxMemory + 1, Patience + 1, 2}} {
		var f failures
		check(&f, test.allocated, test.took)
		if f.n != test.want {
			t.Errorf("%d bytes in %v: %d complaints, want %d", test.allocated, test.took, f.n, test.want)
		}
	}
}

// What is allocated counts even if it is freed at once.
func TestReadMeasures(t *testing.T) {
	var f failures
	Read(&f, func() {
		for range 6 {
			sink = make([]byte, 100<<20)
		}
	})
	if f.n != 1 {
		t.Errorf("%d complaints about 600 MB, want 1", f.n)
	}
	if Read(&f, func() { sink = nil }); f.n != 1 {
		t.Error("a complaint about nothing")
	}
}

var sink []byte
