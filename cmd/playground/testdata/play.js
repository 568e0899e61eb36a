// SPDX-License-Identifier: Apache-2.0
// node play.js DIR WEIGHTS: runs DIR/playground.wasm on the pictures in DIR/pixels.bin and prints the logits as JSON.
"use strict";
const fs = require("fs");
const path = require("path");
const [dir, weights] = process.argv.slice(2);
require(path.resolve(dir, "wasm_exec.js"));

function parsed(text) {
	const result = JSON.parse(text);
	if (result.error) throw new Error(result.error);
	return result;
}

globalThis.skipnetsReady = () => {
	const { network } = parsed(skipnets.load("net", new Uint8Array(fs.readFileSync(weights))));
	const all = new Uint8Array(fs.readFileSync(path.join(dir, "pixels.bin")));
	const size = 32 * 32 * 3, logits = [];
	for (let at = 0; at < all.length; at += size) logits.push(parsed(skipnets.run("net", all.subarray(at, at + size), "{}")).logits);
	const { error } = JSON.parse(skipnets.picture("no picture at all", new TextEncoder().encode("hello"), 32));
	process.stdout.write(JSON.stringify({ Network: network, Logits: logits, Error: error }), () => process.exit(0));
};
const go = new Go();
WebAssembly.instantiate(fs.readFileSync(path.join(dir, "playground.wasm")), go.importObject)
	.then(({ instance }) => go.run(instance))
	.catch((failure) => { console.error(failure); process.exit(1); });
