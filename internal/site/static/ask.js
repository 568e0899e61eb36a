// SPDX-License-Identifier: Apache-2.0
// How the page speaks: to the reader, in sentences, and to the worker that runs the networks.
"use strict";
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };

// trouble shows what went wrong as a sentence, or that nothing does. That the networks have stopped stays.
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
function trouble(text) {
	text ||= stopped;
	$("trouble").textContent = text && sentence(text);
	$("trouble").hidden = !text;
}

// element makes <tag properties>children</tag>.
function element(tag, properties = {}, ...children) {
	const e = Object.assign(document.createElement(tag), properties);
	e.append(...children);
	return e;
}

// The worker: ask(call, …args) is a promise of its answer. started is a promise that it can be asked.
let worker, begun, stopped = "";
const started = new Promise((resolve, reject) => { begun = { resolve, reject }; });
started.catch(() => {}); // stop has said why
const waiting = new Map();
function ask(call, ...args) {
	return new Promise((resolve, reject) => {
		const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
		if (stopped) return reject(new Error(stopped));
		waiting.set(id, { resolve, reject });
		worker.postMessage({ id, call, args });
	});
}
function listen({ data }) {
	if (data.progress !== undefined) $("progress").value = data.progress;
	if (data.failed) stop(data.failed);
	if (data.ready) {
		$("progress").hidden = true;
		begun.resolve();
		ready = true;
		look();
	}
	const promise = waiting.get(data.id);
	if (!promise) return;
	waiting.delete(data.id);
	if (data.error) promise.reject(new Error(data.error));
	else promise.resolve(data.result);
}

// stop says that the networks cannot be asked any more. The rest of the page goes on.
function stop(reason) {
	if (stopped) return;
	stopped = `The networks have stopped. ${sentence(reason)} Load this page again.`;
	$("progress").hidden = true;
	ready = false;
	say("");
	trouble(stopped);
	for (const promise of [...waiting.values(), begun]) promise.reject(new Error(stopped));
	waiting.clear();
}
