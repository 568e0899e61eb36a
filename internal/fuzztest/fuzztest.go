// SPDX-License-Identifier: Apache-2.0

// Package fuzztest sets the bounds within which every reader of bytes has to stay, whatever the bytes are. The readers' fuzz
// tests use it; docs/reliability/fuzz.sh runs all of them.
package fuzztest

import (
	"math"
	"runtime"
	"testing"
	"time"
)

// MaxMemory is what a reader may allocate on the way, even if it frees it: the memory that Go counts.
const MaxMemory = 512 << 20

// Patience is how long it may take. It is generous: tests run on machines that are busy with others.
const Patience = time.Minute

// Read calls read, and fails the test if it does not stay within the bounds.
func Read(t testing.TB, read func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	read()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	check(t, after.TotalAlloc-before.TotalAlloc, took)
}

func check(t testing.TB, allocated uint64, took time.Duration) {
	t.Helper()
	if allocated > MaxMemory {
		t.Errorf("it allocated %.0f MB, and %.0f are allowed", math.Ceil(float64(allocated)/(1<<20)), float64(MaxMemory)/(1<<20))
	}
	if took > Patience {
		t.Errorf("it took %v, and %v are allowed", took, Patience)
	}
}
