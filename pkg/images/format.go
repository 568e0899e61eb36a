// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"slices"
)

// Check returns an error if there are no pictures of such a format, as where it was read from a damaged file.
func (f Format) Check() error {
	const largest = 1 << 14 // pixels
	switch {
	case min(f.Height, f.Width, f.Channels) < 1 || max(f.Height, f.Width, f.Channels) > largest:
		return fmt.Errorf("images: pictures of %s", f)
	case len(f.Classes) < 2:
		return fmt.Errorf("images: %d classes, where two are the fewest to choose from", len(f.Classes))
	case len(f.Moments.Mean) != f.Channels || len(f.Moments.Std) != f.Channels:
		return fmt.Errorf("images: %d means and %d deviations for %d channels", len(f.Moments.Mean), len(f.Moments.Std), f.Channels)
	case slices.ContainsFunc(f.Moments.Std, func(std float64) bool { return !(std > 0) }):
		return fmt.Errorf("images: deviations of %v", f.Moments.Std)
	}
	return nil
}

// Fits returns an error that names what differs if a network for pictures of this format cannot be measured on those of the
// other.
func (f Format) Fits(other Format) error {
	switch {
	case f.Height != other.Height || f.Width != other.Width || f.Channels != other.Channels:
		return fmt.Errorf("it takes pictures of %s, and these are of %s", f, other)
	case len(f.Classes) != len(other.Classes):
		return fmt.Errorf("it knows %d classes, and here are %d", len(f.Classes), len(other.Classes))
	}
	for i, name := range f.Classes {
		if name != other.Classes[i] {
			return fmt.Errorf("class %d is %s to it, and %s here", i, name, other.Classes[i])
		}
	}
	return nil
}

// String is the size: 32×32×3.
func (f Format) String() string { return fmt.Sprintf("%d×%d×%d", f.Height, f.Width, f.Channels) }
