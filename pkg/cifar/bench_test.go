// SPDX-License-Identifier: Apache-2.0

package cifar

import "testing"

// BenchmarkLoad reads 60,000 images from files just written, as Open does: digests included.
func BenchmarkLoad(b *testing.B) {
	full, dir, _, _ := writeSmall(b, CIFAR10, 10_000)
	for b.Loop() {
		if _, _, err := full.Open(dir); err != nil {
			b.Fatal(err)
		}
	}
}
