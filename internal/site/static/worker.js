// SPDX-License-Identifier: Apache-2.0
// Runs the networks, compiled from Go, beside the page. It takes {id, call, args} and answers {id, result} or {id, error};
// of itself it sends {progress} from 0 to 1 while the program loads, then {ready: true}, or {failed}.
"use strict";

// download fetches a file whole and tells how far it is.
async function download(file, size, progress) {
	let response;
	try {
		response = await fetch(file);
	} catch {
		throw new Error(`The file ${file} did not arrive: the connection failed.`);
	}
	if (!response.ok) throw new Error(`The file ${file} did not arrive: the server said ${response.status}.`);
	const reader = response.body.getReader(), parts = [];
	let got = 0;
	for (;;) {
		const { done, value } = await reader.read().catch(() => { throw new Error(`The download of ${file} broke off.`); });
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

// whole makes an instance of the program, unless it was damaged on its way.
async function whole(data, imports) {
	try {
		return (await WebAssembly.instantiate(await unpacked(data), imports)).instance;
	} catch (failure) {
		if (failure instanceof RangeError) throw new Error("The browser has no memory left for the program. Close other pages.");
		throw new Error("The program did not arrive whole.");
	}
}

// compresses says whether the server sends a file compressed of its own accord. Then the browser unpacks it, faster than we can.
async function compresses(file) {
	const head = await fetch(file, { method: "HEAD" }).catch(() => null);
	return Boolean(head?.ok && head.headers.get("Content-Encoding"));
}

async function start({ program, small, bytes, smallBytes }) {
	try {
		importScripts("wasm_exec.js");
	} catch {
		throw new Error("The file wasm_exec.js did not arrive.");
	}
	const packed = typeof DecompressionStream === "function" && !(await compresses(program));
	const data = await download(packed ? small : program, packed ? smallBytes : bytes, (progress) => postMessage({ progress }));
	const go = new Go();
	const instance = await whole(data, go.importObject);
	self.skipnetsReady = () => postMessage({ ready: true });
	await go.run(instance); // it ends when something is wrong, as with no memory left
	throw new Error("The program that runs them has ended. It may have run out of memory.");
}

// fetched are downloads of weights by file, from when one is announced until it is loaded.
const fetched = new Map();
const weights = (file, size) => {
	if (!fetched.has(file)) fetched.set(file, download(file, size, () => {}));
	return fetched.get(file);
};

const calls = {
	async fetch(file, size) {
		await weights(file, size);
		return "{}";
	},
	async load(name, file, size) {
		try {
			const text = self.skipnets.load(name, await weights(file, size));
			const { error } = JSON.parse(text);
			if (error) throw new Error(`The weights of this network did not arrive whole (${error}).`);
			return text;
		} catch (failure) {
			throw new Error(`${failure.message} Try again.`);
		} finally {
			fetched.delete(file);
		}
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
