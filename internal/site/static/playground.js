// SPDX-License-Identifier: Apache-2.0
"use strict";
// The networks, and what one can change in them. pictures.js gives the pictures.
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

let site; // playground.json
let ready = false;
let pixels = null; // 32·32·3 bytes
const known = new Map(); // networks, by name: a promise of what load says
const intact = new Map(); // by name: what the unchanged network says of the picture

function load(network) {
	if (!known.has(network.name)) {
		const promise = ask("load", network.name, network.file, network.bytes);
		promise.catch(() => known.delete(network.name)); // another try may do better
		known.set(network.name, promise);
	}
	return known.get(network.name);
}

// look shows the picture to the four networks, then to the chosen one.
let looks = 0;
async function look() {
	if (!ready || !pixels) return;
	const mine = ++looks;
	intact.clear();
	const four = site.networks.filter((n) => n.four);
	for (const network of four) if (!known.has(network.name)) ask("fetch", network.file, network.bytes).catch(() => {}); // load tells of it
	let seeing = 0;
	for (const network of four) {
		const card = $(`card-${network.file}`);
		card.setAttribute("aria-busy", "true");
		say(`One network (${network.title}) is looking …`);
		try {
			await load(network);
			if (mine !== looks) return;
			const reading = await ask("run", network.name, pixels, {});
			if (mine !== looks) return;
			intact.set(network.name, reading);
			card.replaceChildren(bars(reading.probabilities), element("p", { className: "time", textContent: `${(reading.milliseconds / 1000).toFixed(2)} s` }));
			seeing++;
		} catch (failure) {
			if (mine !== looks) return;
			const again = element("button", { type: "button", textContent: "try again" });
			again.addEventListener("click", look);
			card.replaceChildren(element("p", { className: "trouble", textContent: sentence(failure.message) }), ...(stopped ? [] : [again]));
		}
		card.removeAttribute("aria-busy");
	}
	say(seeing === four.length ? "All four have looked." : `${seeing} of the four have looked.`);
	document.body.dataset.looked = mine;
	await inside();
	if (!$("lesion").disabled) await compare();
}

// bars are the five likeliest classes; before are the probabilities of the unchanged network.
function bars(probabilities, before) {
	const order = probabilities.map((_, c) => c).sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 5);
	const table = element("table", { className: "bars" });
	for (const c of order) {
		const percent = (100 * probabilities[c]).toFixed(1);
		const bar = element("span", { className: "bar" });
		bar.style.width = `${percent}%`;
		const row = element("tr", {}, element("th", { scope: "row", textContent: site.classes[c] }), element("td", { className: "wide" }, bar), element("td", { textContent: `${percent} %` }));
		if (before) row.append(element("td", { className: "before", textContent: `before: ${(100 * before[c]).toFixed(1)} %` }));
		table.append(row);
	}
	return table;
}

const chosen = () => site.networks[$("network").selectedIndex];
const factors = { all: { Branch: 1, Shortcut: 1 }, own: {} }; // own are those of single blocks
const unticked = (id) => [...$(id).querySelectorAll("input:not(:checked)")].map((box) => box.value);
function changes() {
	return {
		Out: unticked("blocks"), Silent: unticked("sources"),
		...factors.all, Own: factors.own, Gates: Number($("gates").value),
	};
}

// scaled keeps what the two sliders say of the chosen block, or of all.
function scaled() {
	const scale = { Branch: Number($("branch").value), Shortcut: Number($("shortcut").value) }, block = $("which").selectedOptions[0];
	if (block.value) factors.own[block.value] = scale;
	else factors.all = scale;
	block.textContent = block.textContent.replace(" •", "") + (scale.Branch === 1 && scale.Shortcut === 1 ? "" : " •");
	inside();
}

// level moves the two sliders to what is kept.
function level() {
	const scale = factors.own[$("which").value] ?? ($("which").value ? { Branch: 1, Shortcut: 1 } : factors.all);
	[$("branch").value, $("shortcut").value] = [scale.Branch, scale.Shortcut];
	tell();
}
const tell = () => { for (const id of ["branch", "shortcut", "gates"]) $(`${id}-is`).textContent = $(id).value; };

function ticks(id, names) {
	$(id).replaceChildren(...names.map((name) => {
		const box = element("input", { type: "checkbox", checked: true, value: name });
		box.addEventListener("change", inside);
		return element("label", {}, box, " " + short(name));
	}));
}
const short = (name) => name.replace(/stage(\d)\/block(\d*)/, (_, s, b) => (b ? `${s}.${b}` : `stage ${s}`));

// prepare shows the controls that the chosen network has.
async function prepare() {
	trouble("");
	$("gates").value = 0;
	factors.all = { Branch: 1, Shortcut: 1 };
	factors.own = {};
	$("which").replaceChildren(element("option", { value: "", textContent: "all blocks" }));
	level();
	for (const id of ["blocks", "sources"]) $(id).replaceChildren();
	const network = chosen();
	if (!ready) return;
	try {
		const about = await load(network);
		if (network !== chosen()) return;
		ticks("blocks", about.blocks);
		ticks("sources", about.sources ?? []);
		$("which").append(...about.blocks.map((name) => element("option", { value: name, textContent: short(name) })));
		$("scales").hidden = !about.scales;
		$("gating").hidden = $("maps-part").hidden = !about.gated;
		$("wires").hidden = !about.sources;
	} catch (failure) {
		for (const id of ["scales", "gating", "wires", "maps-part"]) $(id).hidden = true;
		for (const id of ["now", "mind", "maps"]) $(id).replaceChildren();
		throw failure;
	}
}

// inside runs the chosen network with the changes. While one run is at work, only the latest wish is kept.
let busy = false, again = false, failed = false;
async function inside() {
	tell();
	if (busy) {
		again = true;
		return;
	}
	if (!ready || !pixels) return;
	busy = true;
	const network = chosen(), picture = pixels;
	try {
		if (!$("blocks").childElementCount) await prepare();
		const before = intact.get(network.name) ?? await ask("run", network.name, picture, {});
		const reading = await ask("run", network.name, picture, changes());
		if (picture === pixels) intact.set(network.name, before);
		if (picture === pixels && network === chosen()) show(reading, before);
		if (failed) trouble("");
		failed = false;
	} catch (failure) {
		failed = true;
		trouble(failure.message);
	}
	busy = false;
	if (again) {
		again = false;
		inside();
	}
}

function show(reading, before) {
	$("now").replaceChildren(bars(reading.probabilities, before.probabilities));
	const best = reading.probabilities.indexOf(Math.max(...reading.probabilities));
	say(`The network (${chosen().title}) says: ${site.classes[best]}, ${Math.round(100 * reading.probabilities[best])} %.`);
	$("now").dataset.at = Number($("now").dataset.at ?? 0) + 1;
	const names = [...$("blocks").querySelectorAll("label")].map((l) => l.textContent.trim());
	const head = element("tr", {}, element("th", { textContent: "class" }), ...names.map((n) => element("th", { textContent: n })));
	const body = site.classes.map((name, c) => element("tr", {}, element("th", { scope: "row", textContent: name }), ...reading.after.map((p) => {
		const cell = element("td", { title: `${name}: ${(100 * p[c]).toFixed(1)} %` }, element("span", { className: "unseen", textContent: `${Math.round(100 * p[c])} %` }));
		cell.style.setProperty("--share", p[c]);
		return cell;
	})));
	$("mind").replaceChildren(element("table", { className: "mind" }, head, ...body));
	drawMaps = () => $("maps").replaceChildren(...(reading.gates ?? []).map((rows, i) => map(rows, names[i])));
	drawMaps();
}
let drawMaps = () => {};

// map draws how far a gate is open, alone or as the light that falls on the picture.
function map(rows, name) {
	const all = rows.flat(), low = Math.min(...all), high = Math.max(...all);
	const range = `${low.toFixed(2)} to ${high.toFixed(2)}`;
	const over = $("over").checked, size = over ? 32 : rows.length, step = size / rows.length;
	const canvas = element("canvas", { width: size, height: size });
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", `Gate of block ${name}, open ${range}`);
	const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
	for (let i = 0; i < size * size; i++) {
		const v = rows[Math.floor(i / size / step)][Math.floor((i % size) / step)], light = (v - low) / (high - low || 1);
		image.data.set([0, 1, 2].map((c) => (over ? pixels[3 * i + c] * (0.1 + 0.9 * light) : 255 * light)).concat(255), 4 * i);
	}
	context.putImageData(image, 0, 0);
	return element("figure", {}, canvas, element("figcaption", { textContent: `${name}: ${range}` }));
}

function wire() {
	receive();
	const afresh = () => prepare().then(inside).catch((failure) => { failed = true; trouble(failure.message); });
	$("network").addEventListener("change", afresh);
	$("reset").addEventListener("click", afresh);
	$("which").addEventListener("change", level);
	$("gates").addEventListener("input", inside);
	$("over").addEventListener("change", () => drawMaps());
	for (const id of ["branch", "shortcut"]) $(id).addEventListener("input", scaled);
}

// without says why this page cannot do what it is for, and hides what would not answer.
function without(reason) {
	$("progress").hidden = true;
	for (const section of document.querySelectorAll("main section")) section.hidden = true;
	trouble(reason);
}

async function begin() {
	if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
		return without("This browser has no WebAssembly, which the networks need. A current Firefox, Chrome, Edge or Safari has it. The rest of the course works here.");
	}
	if (location.protocol === "file:") {
		return without("A browser does not run the networks from a file. Type: go run ./cmd/skipnets site -serve DIR. The rest of the course works from files.");
	}
	try {
		const answer = await fetch("playground.json");
		if (!answer.ok) throw new Error();
		site = await answer.json();
	} catch {
		return without("The list of the networks did not arrive. Load this page again. The rest of the course works here.");
	}
	for (const network of site.networks) {
		$("network").append(element("option", { textContent: network.title }));
		if (network.four) $("four").append(element("article", {}, element("h3", { textContent: network.title }), element("p", { className: "merge", textContent: `y = ${network.merge}` }), element("div", { id: `card-${network.file}` })));
	}
	$("network").selectedIndex = 1;
	prepareLesions();
	wire();
	say("The program is loading …");
	worker = new Worker("worker.js");
	worker.onmessage = listen;
	worker.onerror = (event) => stop(event.message ? "The program that runs them has failed." : "The program that runs them did not arrive.");
	worker.postMessage({ call: "start", args: [site.program] });
	await samples();
}
begin();
