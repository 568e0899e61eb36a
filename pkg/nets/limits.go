// SPDX-License-Identifier: Apache-2.0

package nets

import "fmt"

// A limit is the largest value of a number that a net is built from, and why. Without limits a slip of the keyboard builds
// graphs for hours or asks for all memory.
type limit struct {
	what    string
	largest int
	why     string
}

var (
	depthLimit   = limit{"depth", 1202, "the deepest net of He et al. 2015, which learned no better than one of 110"}
	widthLimit   = limit{"width", 4096, "a convolution between two such layers has 151 million weights"}
	channelLimit = limit{"growth rate times layers in a block", 4096, "later layers would read as many channels and more"}
	shutLimit    = limit{"gate bias", 20, "a gate that far shut lets 2 billionths through"}
	classLimit   = limit{"number of classes", 1 << 16, "the largest sets of images have about 20,000"}
)

func (l limit) check(n int) error {
	if n > l.largest {
		return fmt.Errorf("nets: a %s of %d is too large: at most %d (%s)", l.what, n, l.largest, l.why)
	}
	return nil
}
