// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"regexp"

	"github.com/gomlx/compute"
	processor "golang.org/x/sys/cpu"
)

// FastBFloat16 tells whether the backend's hardware multiplies bfloat16 faster than float32, so that
// [WithConvDType](dtypes.BFloat16) is worth its rounding: an x86 processor with AVX-512 BF16 or AMX, or a GPU whose name is
// that of a generation with such units (NVIDIA's since Ampere, compute capability 8.0, and AMD's Instinct). Elsewhere XLA
// emulates bfloat16, which is slower than float32. A GPU with a name that it does not know counts as without: go-xla does
// not tell a device's compute capability.
func FastBFloat16(b compute.Backend) bool {
	b = Unwrap(b)
	if isXLAOnCPU(b) {
		return processor.X86.HasAVX512BF16 || processor.X86.HasAMXBF16
	}
	return gpuWithBFloat16(b.DeviceDescription(0))
}

// withBFloat16 are names as the drivers give them: "NVIDIA A100-SXM4-40GB", "NVIDIA GeForce RTX 3090". Turing's Quadro RTX
// 3000 to 8000 have none, hence GeForce; its successors are called RTX A4000, RTX 4000 Ada and RTX PRO 6000 Blackwell.
var withBFloat16 = regexp.MustCompile(`\b(A(2|10|10G|16|30|40|100|800)|[HB][1-9]00|G[HB][1-9]00|GB10|H20|L(2|4|20|40|40S)|` +
	`GeForce RTX [3-9]0\d\d|RTX A\d{3,4}|RTX .*(Ada|Blackwell).*|Orin|Thor|MI[1-9]\d\dX?)\b`)

// device is how XLA describes a GPU: its name, its number, and where it is used.
var device = regexp.MustCompile(`^(.*)_\d+\(process=`)

func gpuWithBFloat16(description string) bool {
	found := device.FindStringSubmatch(description)
	return found != nil && withBFloat16.MatchString(found[1])
}
