// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// xlaFlags is how XLA reads its options: from the environment, once, when a plugin starts.
const xlaFlags = "XLA_FLAGS"

// cpuFlags are the XLA options that make training faster on a CPU. oneDNN computes convolutions and dots, most of all in
// bfloat16. The scheduler that is optimized for concurrency interleaves independent operations: on two cores each
// operation already keeps both busy, and the order that is optimized for memory finds more of its operands in the caches.
var cpuFlags = []string{
	"xla_cpu_experimental_onednn_custom_call=true",
	"xla_cpu_enable_concurrency_optimized_scheduler=false",
}

// withFlags runs start with the flags in the environment that the plugin at path knows and the user has not set. A
// flag that a plugin does not know would abort the process, so it must occur in the plugin's file.
func withFlags(path string, flags []string, start func()) {
	before, found := os.LookupEnv(xlaFlags)
	after := before
	if isFile := before != "" && !strings.HasPrefix(before, "-"); isFile {
		flags = nil // XLA reads the options from there, and nothing can be added
	}
	for _, flag := range flags {
		name, _, _ := strings.Cut(flag, "=")
		if !strings.Contains(before, name) && fileContains(path, name) {
			after += " --" + flag
		}
	}
	if after == before {
		start()
		return
	}
	os.Setenv(xlaFlags, strings.TrimSpace(after))
	defer func() { // a child process may run another plugin
		if found {
			os.Setenv(xlaFlags, before)
		} else {
			os.Unsetenv(xlaFlags)
		}
	}()
	start()
}

// fileContains reports whether a file can be read and text occurs in it.
func fileContains(path, text string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	chunk := make([]byte, 1<<20)
	kept := 0 // bytes at the start of chunk that are the end of the one before
	for {
		n, err := io.ReadFull(file, chunk[kept:])
		if bytes.Contains(chunk[:kept+n], []byte(text)) {
			return true
		}
		if err != nil { // the end, or unreadable
			return false
		}
		kept = copy(chunk, chunk[len(chunk)-len(text)+1:])
	}
}
