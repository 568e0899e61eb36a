// SPDX-License-Identifier: Apache-2.0

// Package exercise checks what readers write in the exercises of the notebooks, and says what is wrong with it. A check
// takes the reader's function and returns one line that begins with ✓ or ✗. Its file is named after the notebook; worked
// solutions are in notebooks/solutions.
package exercise

import (
	"fmt"
	"math"
)

func right(format string, args ...any) string { return "✓ " + fmt.Sprintf(format, args...) }
func wrong(format string, args ...any) string { return "✗ " + fmt.Sprintf(format, args...) }

// near allows for rounding: a thousandth of the wanted value.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-3*math.Abs(want)+1e-9 }
