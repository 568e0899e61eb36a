// SPDX-License-Identifier: Apache-2.0

// Package accel chooses a GoMLX backend and makes it faster.
package accel

import (
	"fmt"

	"github.com/gomlx/compute"
)

// New opens the backend that config asks for:
//
//	""                     what GOMLX_BACKEND says; when that is unset too, the best one that is already here (see below)
//	"go"                   GoMLX's backend in pure Go
//	"xla:cpu", "xla:cuda"  XLA with the PJRT plugin of that name
//	"xla:/path/plugin.so"  XLA with that PJRT plugin
//
// A plugin name is looked up first in $SKIPNETS_HOME/xla (default: skipnets/xla in [os.UserCacheDir]), then where GoMLX
// looks. "xla" alone takes the first of cuda, rocm, cpu and others that loads. With nothing asked and no plugin found,
// New takes the pure-Go backend. New never downloads anything and never takes another backend than the one asked for.
// Options of GoMLX's XLA backend may follow the plugin, separated by commas. The backend's Description says what was chosen.
//
// The backend is decorated by [Wrap], which makes it faster and gives the pure-Go one the operations it lacks; [Unwrap]
// takes that off.
func New(config string) (compute.Backend, error) { return NewOn(config, 1) }

// NewOn is [New] for a backend with that many devices at least, or an error. GPUs are all there at once. XLA on a CPU divides
// its cores among as many devices as it is asked for, which is for trying out what will run on several GPUs: it is no
// faster.
func NewOn(config string, devices int) (compute.Backend, error) {
	if devices < 1 || devices > MaxDevices {
		return nil, fmt.Errorf("accel: a backend with %d devices: at least 1, and at most %d, more than any machine has GPUs", devices, MaxDevices)
	}
	backend, err := open(config, devices)
	if err != nil {
		return nil, err
	}
	if has := backend.NumDevices(); has < devices {
		backend.Finalize()
		return nil, fmt.Errorf("backend %q has %d of the %d devices asked for", config, has, devices)
	}
	return Wrap(backend), nil
}

// MaxDevices is the most that [NewOn] opens. It keeps an absurd number from XLA's client for CPUs, which starts threads for each device before it answers.
const MaxDevices = 256

// MustNew is New for programs that cannot go on without a backend: it panics on an error.
func MustNew(config string) compute.Backend {
	backend, err := New(config)
	if err != nil {
		panic(fmt.Errorf("accel: %w", err))
	}
	return backend
}
