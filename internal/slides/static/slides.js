// SPDX-License-Identifier: Apache-2.0
// Formulas first, then the deck. A slide with too much on it gets smaller letters.
"use strict";
renderMathInElement(document.querySelector(".slides"), {
	delimiters: [{ left: "$$", right: "$$", display: true }, { left: "$", right: "$", display: false }],
	throwOnError: false,
});
const width = 1280, height = 720;
const fit = (slide) => {
	for (const pre of slide.querySelectorAll("pre")) { // as large as the slide allows
		for (let size = 95; size > 40 && (pre.scrollWidth > pre.clientWidth || slide.scrollHeight > height); size -= 5) pre.style.fontSize = size + "%";
	}
	const over = () => slide.scrollHeight > height || [...slide.querySelectorAll("table, .katex-display")].some((e) => e.scrollWidth > e.clientWidth + 1);
	for (let size = 100; size > 55 && over(); size -= 5) slide.style.fontSize = size + "%";
};
Reveal.initialize({ width, height, margin: 0.03, center: false, hash: true, slideNumber: "c/t", transition: "none", plugins: [RevealNotes] });
Reveal.on("ready", (event) => fit(event.currentSlide));
Reveal.on("slidechanged", (event) => {
	fit(event.currentSlide);
	Reveal.layout();
});
