// SPDX-License-Identifier: Apache-2.0

// Command pjrt does for package setup what must be done in a process of its own: GoMLX's installer prints and knows no
// time-out, and a plugin that is no good may take down the process that loads it.
//
//	pjrt find             prints the path of the CPU plugin that GoMLX finds
//	pjrt install DIR      has GoMLX's installer put its CPU plugin into DIR
//	pjrt try BACKEND      opens the backend, computes with it, and prints what it is
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/skipnets/skipnets/pkg/accel"
)

func main() {
	answer, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pjrt:", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
	fmt.Println(answer)
}

func run(args []string) (string, error) {
	switch {
	case len(args) == 1 && args[0] == "find":
		return find()
	case len(args) == 2 && args[0] == "install":
		return "", install(args[1])
	case len(args) == 2 && args[0] == "try":
		return try(args[1])
	}
	return "", fmt.Errorf("usage: find, install DIR or try BACKEND, not %q", args)
}

func find() (string, error) {
	if path, ok := pjrt.AvailablePlugins()["cpu"]; ok {
		return path, nil
	}
	return "", errors.New("GoMLX finds none")
}

func install(dir string) error {
	http.DefaultTransport = &http.Transport{ // what the installer uses
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
	}
	return installer.CPUAutoInstall(dir, false, installer.Quiet)
}

func try(config string) (string, error) {
	backend, err := accel.New(config)
	if err != nil {
		return "", err
	}
	defer backend.Finalize()
	sum, err := graph.CallOnce(backend, func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(x) }, []float32{1, 2, 3})
	if err != nil {
		return "", err
	}
	if got := sum.Value().(float32); got != 6 {
		return "", fmt.Errorf("%s adds 1, 2 and 3 up to %v", backend.Description(), got)
	}
	return describe(backend.Description()), nil
}

// describe leaves the version in the backend's description, which begins with the plugin's path.
func describe(description string) string {
	if version := regexp.MustCompile(`\bv\d+\.\d+\b`).FindString(description); version != "" {
		return "PJRT " + version
	}
	return description
}
