// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"html/template"
)

// A record is a result on CIFAR-10's test images that others have published.
type record struct {
	Name, Machine string
	Minutes       float64
	Accuracy      float64 // %
	Source        template.URL
}

const (
	onCPU    = "16 virtual CPUs"
	onGPU    = "one NVIDIA A100 GPU"
	airbench = "https://github.com/KellerJordan/cifar10-airbench"
)

// records are what fast and what usual trainings take elsewhere. The first is the fastest on processors alone in DAWNBench (2017 to 2020).
var records = []record{
	{"DAWNBench, ResNet-164", onCPU, 54 * 60, 93, "https://dawn.cs.stanford.edu/benchmark/"},
	{"standard ResNet-18, as airbench has it", onGPU, 7, 96, airbench},
	{"airbench96", onGPU, 34.7 / 60, 96.03, airbench},
	{"airbench95", onGPU, 10.4 / 60, 95.01, airbench},
	{"airbench94", onGPU, 3.83 / 60, 94.01, airbench},
}

// Took is the minutes as one says them.
func (r record) Took() string {
	if r.Minutes >= 1 {
		return fmt.Sprintf("%.0f", r.Minutes)
	}
	return fmt.Sprintf("%.2f", r.Minutes)
}

// marks are the records on a machine as a curve of points.
func marks(machine, color string) curve {
	c := curve{Name: "published, " + machine, Color: color, Marks: true, Y: [][]float64{nil}}
	for _, r := range records {
		if r.Machine == machine {
			c.X, c.Y[0] = append(c.X, r.Minutes), append(c.Y[0], r.Accuracy)
		}
	}
	return c
}
