// SPDX-License-Identifier: Apache-2.0

// Package pjrt does for package setup what must be done in a process of its own: GoMLX's installer prints and knows no
// time-out, and a plugin that is no good may take down the process that loads it. That process is the running program, started
// once more: its main function begins with [Serve].
package pjrt

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
	"github.com/gomlx/gomlx/core/graph"

	"github.com/skipnets/skipnets/pkg/accel"
)

// word, as the first argument, makes a helper of a program that calls Serve.
const word = "pjrt"

var serves bool

// Serve makes a helper of this process if it was started as one, and then does not return. Its jobs are
//
//	pjrt find             prints the path of the CPU plugin that GoMLX finds
//	pjrt install DIR      has GoMLX's installer put its CPU plugin into DIR
//	pjrt try BACKEND      opens the backend, computes with it, and prints what it is
func Serve() {
	serves = true
	if len(os.Args) < 2 || os.Args[1] != word {
		return
	}
	answer, err := run(os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pjrt:", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
	fmt.Println(answer)
	os.Exit(0)
}

// Command is the command line that starts this program as a helper; nil if the program does not call Serve.
func Command() []string {
	program, err := os.Executable()
	if err != nil || !serves {
		return nil
	}
	return []string{program, word}
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

func install(dir string) error {
	if !Linked {
		return errors.New("this program was built without XLA")
	}
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
	product, err := graph.CallOnce(backend, func(x *graph.Node) *graph.Node { return graph.Dot(x, x).Product() }, [][]float32{{1, 2}, {3, 4}})
	if err != nil {
		return "", err
	}
	if got := fmt.Sprint(product.Value()); got != "[[7 10] [15 22]]" {
		return "", fmt.Errorf("%s multiplies wrongly: it gives %s for [[1 2] [3 4]] times itself", backend.Description(), got)
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
