// SPDX-License-Identifier: Apache-2.0

//go:build js

// Command playground is the part of the site's playground that computes: compiled to WebAssembly, it runs the course's
// networks in a browser. It gives JavaScript an object skipnets with three functions, each of which returns JSON:
//
//	picture(name, bytes, size)     → {pixels}: the middle of a picture file as the networks see it, [size·size·3] bytes
//	load(name, bytes)              → {network, blocks, sources, scales, gated}: a weights file is ready under this name
//	run(name, pixels, changes)     → {logits, probabilities, after, gates}: what the network says of a picture
//
// In place of a result there is {error} with a sentence for the reader. Everything that is measured comes from package insight.
package main

import (
	"encoding/json"
	"syscall/js"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/insight"
)

func main() {
	backend, err := accel.New("go")
	if err != nil {
		panic(err) // there is always this one
	}
	p := &player{backend: backend, networks: map[string]*insight.Experiment{}}
	js.Global().Set("skipnets", js.ValueOf(map[string]any{
		"picture": function(func(args []js.Value) (any, error) { return picture(args[0].String(), bytesOf(args[1]), args[2].Int()) }),
		"load":    function(func(args []js.Value) (any, error) { return p.load(args[0].String(), bytesOf(args[1])) }),
		"run": function(func(args []js.Value) (any, error) {
			return p.run(args[0].String(), bytesOf(args[1]), []byte(args[2].String()))
		}),
	}))
	if ready := js.Global().Get("skipnetsReady"); ready.Type() == js.TypeFunction {
		ready.Invoke()
	}
	select {}
}

// function makes a function that JavaScript can call: its result is JSON.
func function(f func(args []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		result, err := safely(func() (any, error) { return f(args) })
		if err != nil {
			result = map[string]string{"error": err.Error()}
		}
		text, err := json.Marshal(result)
		if err != nil {
			text = []byte(`{"error": "a number that the network returned is not finite: change less at once"}`)
		}
		return string(text)
	})
}

func bytesOf(array js.Value) []byte {
	data := make([]byte, array.Get("length").Int())
	js.CopyBytesToGo(data, array)
	return data
}
