// SPDX-License-Identifier: Apache-2.0
// Two deep networks of the same size, one of them without shortcuts, that lose the same block.
"use strict";
let compared = 0;
async function compare() {
	if (!pixels || !ready) return;
	const mine = ++compared, picture = pixels, out = $("lesion").value;
	let shown = 0;
	for (const network of site.networks.filter((n) => n.pair)) {
		const card = $(`pair-${network.file}`);
		card.setAttribute("aria-busy", "true");
		try {
			const { blocks } = await load(network);
			if ($("lesion").length === 1) $("lesion").append(...blocks.map((name) => element("option", { value: name, textContent: short(name) })));
			const before = await ask("run", network.name, picture, {});
			const now = out ? await ask("run", network.name, picture, { Out: [out] }) : before;
			if (mine !== compared) return;
			card.replaceChildren(bars(now.probabilities, before.probabilities));
			shown++;
		} catch (failure) {
			if (mine !== compared) return;
			card.replaceChildren(element("p", { className: "trouble", textContent: sentence(failure.message) }));
		}
		card.removeAttribute("aria-busy");
	}
	$("lesion").disabled = $("lesion").length === 1;
	if (shown === 2) $("pair").dataset.at = mine;
	say(out ? `Both have looked without block ${short(out)}.` : "Both have looked.");
}

// prepareLesions makes the two cards. The networks are downloaded when somebody asks for them.
function prepareLesions() {
	for (const network of site.networks.filter((n) => n.pair)) $("pair").append(element("article", {}, element("h3", { textContent: network.title }), element("p", { className: "merge", textContent: `y = ${network.merge}` }), element("div", { id: `pair-${network.file}` })));
	$("both").addEventListener("click", compare);
	$("lesion").addEventListener("change", compare);
}
