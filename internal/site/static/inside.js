// SPDX-License-Identifier: Apache-2.0
// One network, what one can change in it, and what it says then.
"use strict";
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
		const cell = element("td", { textContent: percent(p[c]) });
		cell.style.setProperty("--share", p[c]);
		return cell;
	})));
	$("mind").replaceChildren(element("table", { className: "mind" }, head, ...body));
	drawMaps = () => $("maps").replaceChildren(...(reading.gates ?? []).map((rows, i) => map(rows, names[i])));
	drawMaps();
}
let drawMaps = () => {};

// percent is a share as short as a cell: to the digit that the bars show, and zero without one.
const percent = (share) => (share < 0.0005 ? "0" : (100 * share).toFixed(1));

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
