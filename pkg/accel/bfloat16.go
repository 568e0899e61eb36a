// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"strings"

	"github.com/gomlx/compute"
	processor "golang.org/x/sys/cpu"
)

// FastBFloat16 tells whether the backend's hardware multiplies bfloat16 faster than float32, so that
// [WithConvDType](dtypes.BFloat16) is worth its rounding: a GPU, or an x86 processor with AVX-512 BF16 or AMX. Elsewhere
// XLA emulates bfloat16, which is slower than float32.
func FastBFloat16(b compute.Backend) bool {
	b = Unwrap(b)
	if isXLAOnCPU(b) {
		return processor.X86.HasAVX512BF16 || processor.X86.HasAMXBF16
	}
	return strings.Contains(strings.ToLower(b.Description()), "cuda")
}
