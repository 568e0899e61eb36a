// SPDX-License-Identifier: Apache-2.0
// Runs the networks, compiled from Go, beside the page. It takes {id, call, args} and answers {id, result} or {id, error};
// of itself it sends {progress} from 0 to 1 while the program loads, then {ready: true}, or {failed}.
"use strict";
importScripts("wasm_exec.js");

// download fetches a file whole and tells how far it is.
async function download(file, size, progress) {
	let response;
	try {
		response = await fetch(file);
	} catch {
		throw new Error(`${file} did not arrive: the connection failed. Try again.`);
	}
	if (!response.ok) throw new Error(`${file} did not arrive: the server said ${response.status}. Try again.`);
	const reader = response.body.getReader(), parts = [];
	let got = 0;
	for (;;) {
		const { done, value } = await reader.read().catch(() => { throw new Error(`The download of ${file} broke off. Try again.`); });
		if (done) break;
		parts.push(value);
		got += value.length;
		progress(Math.min(1, got / size));
	}
	return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// unpacked undoes gzip, unless the server has.
async function unpacked(data) {
	if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
	const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start({ program, small, bytes, smallBytes }) {
	const packed = typeof DecompressionStream === "function";
	const data = await download(packed ? small : program, packed ? smallBytes : bytes, (progress) => postMessage({ progress }));
	const go = new Go();
	const { instance } = await WebAssembly.instantiate(await unpacked(data), go.importObject);
	await new Promise((resolve) => {
		self.skipnetsReady = resolve;
		go.run(instance);
	});
	postMessage({ ready: true });
}

const calls = {
	async load(name, file, size) {
		return self.skipnets.load(name, await download(file, size, () => {}));
	},
	async run(name, pixels, changes) {
		const begin = performance.now();
		const text = self.skipnets.run(name, pixels, JSON.stringify(changes));
		return { text, milliseconds: performance.now() - begin };
	},
	async picture(name, bytes) {
		return self.skipnets.picture(name, bytes, 32);
	},
};

self.onmessage = async ({ data: { id, call, args } }) => {
	try {
		if (call === "start") return await start(...args);
		const answer = await calls[call](...args);
		const result = JSON.parse(answer.text ?? answer);
		if (result.error) throw new Error(result.error);
		postMessage({ id, result: { ...result, milliseconds: answer.milliseconds } });
	} catch (failure) {
		postMessage(call === "start" ? { failed: failure.message } : { id, error: failure.message });
	}
};
