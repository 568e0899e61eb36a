// SPDX-License-Identifier: Apache-2.0

//go:build ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && cgo && !noxla

package accel

import (
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// installed lists the plugins that GoMLX finds by itself. It asks pjrt, which does not download.
func installed() []plugin {
	var found []plugin
	for name, path := range pjrt.AvailablePlugins() {
		found = append(found, plugin{name, path})
	}
	slices.SortFunc(found, func(a, b plugin) int { return strings.Compare(a.name, b.name) })
	return found
}

// cpuClient are the options of PJRT's client for CPUs. It starts as many threads as it has devices, though at least one for
// each core: four devices, by default, which on two cores then wait for each other (docs/upstream.md, "The CPU client starts
// more threads than there are cores").
func cpuClient(devices int) pjrt.NamedValuesMap {
	return pjrt.NamedValuesMap{"cpu_device_count": int64(devices)}
}

// load opens an XLA backend. A plugin given by its absolute path starts no installer, not even in a program that links
// go-xla's.
func load(p plugin, options string, devices int) (compute.Backend, error) {
	config := p.path
	if options != "" {
		config += "," + options
	}
	var flags []string
	var client pjrt.NamedValuesMap
	if strings.Contains(p.name, "cpu") {
		flags, client = cpuFlags, cpuClient(devices)
	}
	var backend compute.Backend
	var err error
	withFlags(p.path, flags, func() { backend, err = xla.NewWithOptions(config, client) })
	return backend, err
}
