// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"testing"

	"github.com/gomlx/compute"
)

// described is a backend that has nothing but descriptions.
type described struct {
	compute.Backend
	backend, device string
}

func (d described) Description() string                          { return d.backend }
func (d described) DeviceDescription(_ compute.DeviceNum) string { return d.device }

func TestFastBFloat16(t *testing.T) {
	for device, want := range map[string]bool{
		"NVIDIA A100-SXM4-40GB_0(process=0,(0))": true, "NVIDIA A10_0(process=0,(0))": true, "NVIDIA A10G_3(process=0,(3))": true,
		"NVIDIA H100 80GB HBM3_0(process=0,(0))": true, "NVIDIA H200_0(process=0,(0))": true, "NVIDIA GH200 480GB_0(process=0,(0))": true,
		"NVIDIA B200_0(process=0,(0))": true, "NVIDIA L4_0(process=0,(0))": true, "NVIDIA L40S_0(process=0,(0))": true,
		"NVIDIA GeForce RTX 3090_0(process=0,(0))": true, "NVIDIA GeForce RTX 4060 Laptop GPU_0(process=0,(0))": true,
		"NVIDIA GeForce RTX 5090_0(process=0,(0))": true, "NVIDIA RTX A6000_0(process=0,(0))": true,
		"NVIDIA RTX 6000 Ada Generation_0(process=0,(0))": true, "NVIDIA RTX PRO 6000 Blackwell Workstation Edition_0(process=0,(0))": true,
		"AMD Instinct MI250X_0(process=0,(0))": true,

		"Tesla T4_0(process=0,(0))": false, "Tesla V100-SXM2-16GB_0(process=0,(0))": false, "Tesla P100-PCIE-16GB_0(process=0,(0))": false,
		"NVIDIA GeForce GTX 1080 Ti_0(process=0,(0))": false, "NVIDIA GeForce RTX 2080 Ti_0(process=0,(0))": false,
		"Quadro RTX 8000_0(process=0,(0))": false, "Quadro RTX 3000_0(process=0,(0))": false, "NVIDIA TITAN RTX_0(process=0,(0))": false,
		"Tesla M10_0(process=0,(0))": false, "an unknown card_0(process=0,(0))": false, "": false, "A100": false,
	} {
		// The folder of a plugin says nothing about the card.
		if got := FastBFloat16(described{backend: "xla:/opt/cuda/lib/pjrt_c_api_cuda_plugin.so", device: device}); got != want {
			t.Errorf("%q: %v, want %v", device, got, want)
		}
	}
	if FastBFloat16(MustNew("go")) {
		t.Error("the pure-Go backend has no bfloat16 units")
	}
}
