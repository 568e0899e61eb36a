// SPDX-License-Identifier: Apache-2.0

package cifar_test

import (
	"fmt"

	"github.com/skipnets/skipnets/pkg/cifar"
)

func Example() {
	_, test := cifar.Sample()
	for i := range 3 {
		fmt.Println(i, test.Classes[test.Labels[i]], test.Image(i).At(16, 16))
	}
	// Output:
	// 0 airplane {206 208 224 255}
	// 1 automobile {192 196 198 255}
	// 2 bird {151 205 141 255}
}
