// SPDX-License-Identifier: Apache-2.0

package accel

import "github.com/gomlx/compute"

// A browser has no XLA, so there is nothing to measure and nothing to keep.

func (t *Tuner) read(compute.Backend) Forms { return Forms{} }

func (t *Tuner) write(compute.Backend) {}

func (t *Tuner) measure(compute.Backend, conv, string) (form, bool) { return form{}, false }
