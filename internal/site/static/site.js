// SPDX-License-Identifier: Apache-2.0
// What every page has: the search, and formulas where there are some.
"use strict";
addEventListener("DOMContentLoaded", () => {
	if (typeof renderMathInElement === "function") {
		renderMathInElement(document.getElementById("main"), {
			delimiters: [{ left: "$$", right: "$$", display: true }, { left: "$", right: "$", display: false }],
			throwOnError: false,
		});
	}
	const unfold = () => { // a link into the solutions opens them
		const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
		const folded = target?.closest("details");
		if (folded) {
			folded.open = true;
			target.scrollIntoView();
		}
	};
	addEventListener("hashchange", unfold);
	unfold();
	const reachable = () => { // so that keys can scroll what is wider than the page
		for (const e of document.querySelectorAll("pre, .katex-display, main table")) {
			if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) e.tabIndex = 0;
		}
	};
	addEventListener("resize", reachable);
	addEventListener("toggle", reachable, true); // of what was folded away
	reachable();
	document.querySelector(".contents details")?.toggleAttribute("open", matchMedia("(min-width: 62rem)").matches);

	const field = document.getElementById("search"), found = document.getElementById("found");
	let loading;
	const index = () => loading ??= new Promise((resolve, reject) => {
		const script = Object.assign(document.createElement("script"), { src: "search.js", onload: () => resolve(globalThis.searchIndex), onerror: reject });
		document.head.append(script);
	});
	const told = (n) => (n === 0 ? "No section has all these words. Try fewer, or others." : n === 1 ? "1 section" : n > 20 ? `The first 20 of ${n} sections` : `${n} sections`);
	field.addEventListener("focus", () => index().catch(() => {}), { once: true });
	field.addEventListener("input", async () => {
		const words = field.value.toLowerCase().split(/\s+/).filter(Boolean), phrase = words.join(" ");
		found.hidden = !words.length;
		if (!words.length) return;
		let entries;
		try {
			entries = await index();
		} catch {
			loading = undefined;
			found.textContent = "The index of the search did not load. Try again.";
			return;
		}
		const hits = [];
		for (const [address, chapter, title, text] of entries) {
			const head = `${chapter} ${title}`.toLowerCase(), all = `${head} ${text}`.toLowerCase();
			if (!words.every((w) => all.includes(w))) continue;
			const inText = text.toLowerCase(), at = Math.max(0, inText.indexOf(inText.includes(phrase) ? phrase : words[0]) - 40);
			hits.push({ address, chapter, title, excerpt: text.slice(at, at + 160).replace(at ? /^\S*\s/ : "", ""), score: words.filter((w) => head.includes(w)).length + (all.includes(phrase) ? words.length : 0) });
		}
		hits.sort((a, b) => b.score - a.score);
		const list = document.createElement("ol");
		for (const hit of hits.slice(0, 20)) {
			const item = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: hit.address, textContent: `${hit.chapter}: ${hit.title}` });
			item.append(link, Object.assign(document.createElement("p"), { textContent: `… ${hit.excerpt} …` }));
			list.append(item);
		}
		found.replaceChildren(Object.assign(document.createElement("p"), { textContent: told(hits.length) }), list);
	});
	document.getElementById("search-form").addEventListener("submit", (event) => {
		event.preventDefault();
		found.querySelector("a")?.focus();
	});
});
