// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// resetPeakMemory begins a new measurement of the peak, where the system can (Linux; see proc(5), clear_refs).
func resetPeakMemory() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)
}

// peakMemory is the largest resident size of this process since the last reset, in bytes; 0 where the system does not
// tell.
func peakMemory() (int64, error) {
	status, err := os.Open("/proc/self/status")
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("peak memory: %w", err)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		var kilobytes int64
		if rest, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			_, err := fmt.Sscan(rest, &kilobytes)
			return kilobytes << 10, err
		}
	}
	return 0, nil
}
