// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/gomlx/compute"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
)

// costs counts what networks compute. It builds their graphs and runs none.
type costs struct{ backend compute.Backend }

func newCosts() (*costs, error) {
	backend, err := accel.New("go")
	return &costs{backend}, err
}

// multiplyAdds are those of one image's forward pass.
func (c *costs) multiplyAdds(network string) (float64, error) {
	net, err := nets.Parse(network, len(cifar.Classes10))
	if err != nil {
		return 0, err
	}
	f := cifar.CIFAR10.Format
	summary, err := nets.Summarize(c.backend, net, 1, f.Height, f.Width, f.Channels)
	return float64(summary.Total().MultiplyAdds), err
}

// rounded shows a cost with a decimal where it is below ten.
func rounded(cost float64) string {
	if cost < 10 {
		return fmt.Sprintf("%.1f", cost)
	}
	return fmt.Sprintf("%.0f", cost)
}
