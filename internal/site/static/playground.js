// SPDX-License-Identifier: Apache-2.0
"use strict";
const $ = (id) => document.getElementById(id);
const say = (text) => { $("status").textContent = text; };
function trouble(text) {
	$("trouble").textContent = text;
	$("trouble").hidden = !text;
}

// element makes <tag properties>children</tag>.
function element(tag, properties = {}, ...children) {
	const e = Object.assign(document.createElement(tag), properties);
	e.append(...children);
	return e;
}

// The worker: ask(call, …args) is a promise of its answer.
let worker;
const waiting = new Map();
function ask(call, ...args) {
	return new Promise((resolve, reject) => {
		const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
		waiting.set(id, { resolve, reject });
		worker.postMessage({ id, call, args });
	});
}
function listen({ data }) {
	if (data.progress !== undefined) $("progress").value = data.progress;
	if (data.failed) {
		$("progress").hidden = true;
		trouble(`The networks cannot run: ${data.failed}`);
		say("");
	}
	if (data.ready) {
		$("progress").hidden = true;
		ready = true;
		look();
	}
	const promise = waiting.get(data.id);
	if (!promise) return;
	waiting.delete(data.id);
	if (data.error) promise.reject(new Error(data.error));
	else promise.resolve(data.result);
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
	for (const network of site.networks.filter((n) => n.four)) {
		const card = $(`card-${network.file}`);
		card.setAttribute("aria-busy", "true");
		say(`The ${network.title} network is looking …`);
		try {
			await load(network);
			if (mine !== looks) return;
			const reading = await ask("run", network.name, pixels, {});
			if (mine !== looks) return;
			intact.set(network.name, reading);
			card.replaceChildren(bars(reading.probabilities), element("p", { className: "time", textContent: `${(reading.milliseconds / 1000).toFixed(2)} s` }));
		} catch (failure) {
			card.replaceChildren(element("p", { className: "trouble", textContent: failure.message }));
		}
		card.removeAttribute("aria-busy");
	}
	say("All four have looked.");
	document.body.dataset.looked = mine;
	await inside();
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
const unticked = (id) => [...$(id).querySelectorAll("input:not(:checked)")].map((box) => box.value);
function changes() {
	return {
		Out: unticked("blocks"), Silent: unticked("sources"),
		Branch: Number($("branch").value), Shortcut: Number($("shortcut").value), Gates: Number($("gates").value),
	};
}

function ticks(id, names) {
	$(id).replaceChildren(...names.map((name) => {
		const box = element("input", { type: "checkbox", checked: true, value: name });
		box.addEventListener("change", inside);
		return element("label", {}, box, " " + name.replace(/stage(\d)\/block(\d*)/, (_, s, b) => (b ? `${s}.${b}` : `stage ${s}`)));
	}));
}

// prepare shows the controls that the chosen network has.
async function prepare() {
	trouble("");
	for (const id of ["branch", "shortcut", "gates"]) $(id).value = id === "gates" ? 0 : 1;
	for (const id of ["blocks", "sources"]) $(id).replaceChildren();
	const network = chosen();
	if (!ready) return;
	try {
		const about = await load(network);
		if (network !== chosen()) return;
		ticks("blocks", about.blocks);
		ticks("sources", about.sources ?? []);
		$("scales").hidden = !about.scales;
		$("gating").hidden = $("maps-part").hidden = !about.gated;
		$("wires").hidden = !about.sources;
	} catch (failure) {
		trouble(`The ${network.title} network is not here: ${failure.message}`);
	}
}

// inside runs the chosen network with the changes. While one run is at work, only the latest wish is kept.
let busy = false, again = false;
async function inside() {
	for (const id of ["branch", "shortcut", "gates"]) $(`${id}-is`).textContent = $(id).value;
	if (busy) {
		again = true;
		return;
	}
	if (!ready || !pixels) return;
	busy = true;
	const network = chosen();
	try {
		if (!$("blocks").childElementCount) await prepare();
		if (!intact.has(network.name)) intact.set(network.name, await ask("run", network.name, pixels, {}));
		const reading = await ask("run", network.name, pixels, changes());
		if (network === chosen()) show(reading, intact.get(network.name));
	} catch (failure) {
		trouble(failure.message);
	}
	busy = false;
	if (again) {
		again = false;
		inside();
	}
}

function show(reading, before) {
	trouble("");
	$("now").replaceChildren(bars(reading.probabilities, before.probabilities));
	const best = reading.probabilities.indexOf(Math.max(...reading.probabilities));
	say(`The ${chosen().title} network says ${site.classes[best]}, ${Math.round(100 * reading.probabilities[best])} %.`);
	$("now").dataset.at = Number($("now").dataset.at ?? 0) + 1;
	const names = [...$("blocks").querySelectorAll("label")].map((l) => l.textContent.trim());
	const head = element("tr", {}, element("th", { textContent: "class" }), ...names.map((n) => element("th", { textContent: n })));
	const body = site.classes.map((name, c) => element("tr", {}, element("th", { scope: "row", textContent: name }), ...reading.after.map((p) => {
		const cell = element("td", { title: `${name}: ${(100 * p[c]).toFixed(1)} %` }, element("span", { className: "unseen", textContent: `${Math.round(100 * p[c])} %` }));
		cell.style.setProperty("--share", p[c]);
		return cell;
	})));
	$("mind").replaceChildren(element("table", { className: "mind" }, head, ...body));
	$("maps").replaceChildren(...(reading.gates ?? []).map((rows, i) => map(rows, names[i])));
}

// map draws how far a gate is open over the picture.
function map(rows, name) {
	const all = rows.flat(), low = Math.min(...all), high = Math.max(...all);
	const range = `${low.toFixed(2)} to ${high.toFixed(2)}`;
	const canvas = element("canvas", { width: rows[0].length, height: rows.length });
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", `Gate of block ${name}, open ${range}`);
	const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
	all.forEach((v, i) => image.data.set([0, 0, 0, 255].map((a, c) => (c < 3 ? (255 * (v - low)) / (high - low || 1) : a)), 4 * i));
	context.putImageData(image, 0, 0);
	return element("figure", {}, canvas, element("figcaption", { textContent: `${name}: ${range}` }));
}

function take(rgb) {
	pixels = rgb;
	const context = $("seen").getContext("2d"), image = context.createImageData(32, 32);
	for (let i = 0; i < 1024; i++) image.data.set([rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 255], 4 * i);
	context.putImageData(image, 0, 0);
	look();
}

// open reads a picture file, by the course's own reader.
async function open(file) {
	if (!file) return;
	trouble("");
	if (!ready) return trouble("The program is still loading. Give the picture again in a moment.");
	try {
		if (file.size > 224 << 20) throw new Error(`picture ${file.name} has ${file.size >> 20} MB, more than is read: save it smaller, for example 1000 pixels wide`);
		say(`Reading ${file.name} …`);
		const { pixels } = await ask("picture", file.name || "pasted", new Uint8Array(await file.arrayBuffer()));
		for (const b of $("samples").children) b.setAttribute("aria-pressed", "false");
		take(Uint8Array.from(pixels));
	} catch (failure) {
		say("");
		trouble(failure.message.charAt(0).toUpperCase() + failure.message.slice(1) + ".");
	}
}

// The camera.
const refusals = {
	NotAllowedError: "The browser may not use the camera: allow it in the address bar, or drop a picture instead.",
	NotFoundError: "There is no camera here: drop a picture instead.",
	NotReadableError: "Another program uses the camera: close that program, or drop a picture instead.",
};
async function film() {
	trouble("");
	try {
		if (!navigator.mediaDevices) throw { name: "NotFoundError" };
		$("video").srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
		$("live").hidden = false;
		await $("video").play();
		$("shoot").focus();
	} catch (failure) {
		trouble(refusals[failure.name] ?? `The camera does not work (${failure.name}): drop a picture instead.`);
	}
}
function unfilm() {
	$("video").srcObject?.getTracks().forEach((track) => track.stop());
	$("video").srcObject = null;
	$("live").hidden = true;
	$("camera").focus();
}
function shoot() {
	const frame = element("canvas", { width: $("video").videoWidth, height: $("video").videoHeight });
	frame.getContext("2d").drawImage($("video"), 0, 0);
	frame.toBlob((blob) => open(new File([blob], "from the camera")), "image/png");
	unfilm();
}

// samples makes a button of each of the twenty pictures.
async function samples() {
	const strip = new Image();
	strip.src = "pictures.png";
	await strip.decode();
	site.labels.forEach((label, i) => {
		const canvas = element("canvas", { width: 32, height: 32 });
		const context = canvas.getContext("2d", { willReadFrequently: true });
		context.drawImage(strip, -32 * i, 0);
		const button = element("button", { type: "button" }, canvas);
		button.setAttribute("aria-label", `${site.classes[label]}, picture ${i + 1}`);
		button.setAttribute("aria-pressed", "false");
		button.addEventListener("click", () => {
			for (const b of $("samples").children) b.setAttribute("aria-pressed", String(b === button));
			const rgba = context.getImageData(0, 0, 32, 32).data;
			take(Uint8Array.from({ length: 3072 }, (_, at) => rgba[4 * Math.floor(at / 3) + (at % 3)]));
		});
		$("samples").append(button);
	});
	$("samples").children[3].click();
}

function wire() {
	$("file").addEventListener("change", () => { open($("file").files[0]); $("file").value = ""; });
	$("camera").addEventListener("click", film);
	$("shoot").addEventListener("click", shoot);
	$("stop").addEventListener("click", unfilm);
	$("network").addEventListener("change", async () => { await prepare(); inside(); });
	$("reset").addEventListener("click", async () => { await prepare(); inside(); });
	for (const id of ["branch", "shortcut", "gates"]) $(id).addEventListener("input", inside);
	for (const type of ["dragenter", "dragover", "drop", "dragleave"]) {
		document.addEventListener(type, (event) => {
			event.preventDefault();
			$("drop").classList.toggle("over", type.endsWith("r"));
			if (type !== "drop") return;
			const file = event.dataTransfer.files[0];
			if (file) open(file);
			else trouble("What was dropped is no file. Save the picture first, then drop the file.");
		});
	}
	document.addEventListener("paste", (event) => {
		const file = event.clipboardData.files[0];
		if (file) open(file);
		else trouble("There is no picture in the clipboard.");
	});
}

async function begin() {
	if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
		$("progress").hidden = true;
		return trouble("This browser has no WebAssembly, which the networks need. A current Firefox, Chrome, Edge or Safari has it. The rest of the course works here.");
	}
	if (location.protocol === "file:") {
		$("progress").hidden = true;
		return trouble("A browser does not run the networks from a file. Type: go run ./cmd/skipnets site -serve DIR. The rest of the course works from files.");
	}
	try {
		const answer = await fetch("playground.json");
		if (!answer.ok) throw new Error(`the server said ${answer.status}`);
		site = await answer.json();
		for (const network of site.networks) {
			$("network").append(element("option", { textContent: network.title }));
			if (network.four) $("four").append(element("article", {}, element("h3", { textContent: network.title }), element("p", { className: "merge", textContent: `y = ${network.merge}` }), element("div", { id: `card-${network.file}` })));
		}
		$("network").selectedIndex = 1;
		wire();
		await samples();
		say("The program is loading …");
		worker = new Worker("worker.js");
		worker.onmessage = listen;
		worker.onerror = (event) => trouble(`The networks stopped: ${event.message}. Load this page again.`);
		worker.postMessage({ call: "start", args: [site.program] });
	} catch (failure) {
		trouble(`The playground did not load: ${failure.message}. Load this page again.`);
	}
}
begin();
