// SPDX-License-Identifier: Apache-2.0
// Runs the networks, compiled from Go, beside the page. It takes {id, call, args} and answers {id, result} or {id, error};
// of itself it sends {progress} from 0 to 1 while the program loads, then {ready: true}, or {failed}.
"use strict";

// download fetches a file whole and tells how far it is. cache is what fetch is told of the copy that the browser keeps.
async function download(file, size, cache, progress) {
	let response;
	try {
		response = await fetch(file, { cache });
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

// unaltered says whether a program is the one of which the digest was written. A wrong bit may leave a program that runs and computes
// something else, and Brotli has no checksum. Pages that come from elsewhere without https have no crypto.subtle: nothing is said there.
async function unaltered(program, sha256) {
	if (!crypto.subtle) return true;
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", program));
	return sha256 === Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// compresses says whether the server sends a file compressed of its own accord. Then the browser unpacks it, faster than we can.
async function compresses(file) {
	const head = await fetch(file, { method: "HEAD", cache: "no-store" }).catch(() => null);
	return Boolean(head?.ok && head.headers.get("Content-Encoding"));
}

const damaged = "The program did not arrive whole.";

// arrived gets the program.
async function arrived(file, size, sha256, cache) {
	const data = await download(file, size, cache, (progress) => postMessage({ progress }));
	const program = await unpacked(data).catch(() => { throw new Error(damaged); });
	if (!(await unaltered(program, sha256))) throw new Error(damaged);
	return program;
}

// compiled makes an instance of the program.
async function compiled(program, imports) {
	try {
		return (await WebAssembly.instantiate(program, imports)).instance;
	} catch (failure) {
		throw new Error(failure instanceof RangeError ? "The browser has no memory left for the program. Close other pages." : damaged);
	}
}

async function start({ program, small, bytes, smallBytes, sha256 }) {
	try {
		importScripts("wasm_exec.js");
	} catch {
		throw new Error("The file wasm_exec.js did not arrive.");
	}
	// Without crypto.subtle gzip's own checksum has to do, which DecompressionStream heeds.
	const packed = typeof DecompressionStream === "function" && !(crypto.subtle && (await compresses(program)));
	const wanted = packed ? [small, smallBytes, sha256] : [program, bytes, sha256];
	// What was damaged on its way the browser may keep as it is. The second try does without that copy.
	const whole = await arrived(...wanted, "no-cache").catch(() => arrived(...wanted, "reload"));
	const go = new Go();
	const instance = await compiled(whole, go.importObject);
	self.skipnetsReady = () => postMessage({ ready: true });
	await go.run(instance); // it ends when something is wrong, as with no memory left
	throw new Error("The program that runs them has ended. It may have run out of memory.");
}

// fetched are downloads of weights by file, from when one is announced until it is loaded. Of those that were not whole the browser's
// copy is no better.
const fetched = new Map(), broken = new Set();
const weights = (file, size) => {
	if (!fetched.has(file)) fetched.set(file, download(file, size, broken.has(file) ? "reload" : "default", () => {}));
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
			broken.add(file);
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
