// SPDX-License-Identifier: Apache-2.0
// The four networks side by side, and how the page begins. ask.js, pictures.js, inside.js and lesions.js do the rest.
"use strict";
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
		const answer = await fetch("playground.json", { cache: "reload" }); // an older one would not fit the program, and a damaged one be kept
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
