// SPDX-License-Identifier: Apache-2.0
// The charts, drawn by uPlot in place of the still pictures.
"use strict";
const probe = document.createElement("span");
const inked = () => { // a colour as the canvas wants it
	document.body.append(probe);
	const colors = ["--text", "--line"].map((name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; });
	probe.remove();
	return colors;
};
const place = (id) => document.getElementById(`${id}-chart`);
const shown = (v) => (v == null ? "" : v >= 0.01 ? String(Number(v.toPrecision(4))) : v.toExponential(1));
const named = (axis) => axis.label.replace(", logarithmic", "");

// tabled lays the numbers of a chart below it, folded away, for those who do not point at it.
function tabled(at, id, title, head, rows) {
	let details = document.getElementById(id);
	if (!details) {
		details = Object.assign(document.createElement("details"), { id, className: "numbers", innerHTML: "<summary></summary><table></table>" });
		details.firstChild.textContent = title;
		at.after(details);
	}
	const line = (kind, [first, ...others]) => {
		const tr = document.createElement("tr");
		for (const [tag, scope, text] of [["th", kind === "td" ? "row" : "col", first], ...others.map((text) => [kind, "col", text])]) {
			const cell = Object.assign(document.createElement(tag), { textContent: text });
			if (tag === "th") cell.scope = scope;
			tr.append(cell);
		}
		return tr;
	};
	details.lastChild.replaceChildren(line("th", head), ...rows.map((row) => line("td", row)));
}

// wide is a table of curves that share their places, with a column each, and long one of curves that do not.
const wide = (curves, row, x) => [[named(x.axis), ...curves.map((c) => c.name)], uPlot.join(curves.map((c) => [c.x, c.y[row]]))[0].map((at) => [shown(at), ...curves.map((c) => shown(c.y[row][c.x.indexOf(at)]))])];
const long = (curves, row, x, y) => [["network", named(x.axis), named(y.axis)], curves.flatMap((c) => c.x.map((at, i) => [c.name, shown(at), shown(c.y[row][i])]))];
const numbers = (id, [head, rows]) => tabled(place(id), `${id}-numbers`, "The numbers", head, rows);

// draw puts curves in place of a still picture. x and y are what uPlot is told of the axes, beside the common.
function draw(at, curves, row, { x, y }) {
	const [ink, line] = inked();
	const axis = (own) => ({ stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, ...own });
	at.replaceChildren();
	return keyed(at, new uPlot({
		width: at.clientWidth, height: Math.min(420, Math.max(260, at.clientWidth * 0.6)),
		scales: { x: { time: false, ...x.scale }, y: { ...y.scale } },
		axes: [axis(x.axis), axis(y.axis)],
		series: [{ label: x.axis.label, value: (_, v) => shown(v) }, ...curves.map((c, i) => ({
			label: c.name, stroke: c.color || ink, width: 2, spanGaps: true, dash: c.name.includes(",") ? [6, 4] : i === 0 ? [10, 4] : undefined,
			...(c.marks && { paths: () => null }), points: { show: true, size: c.marks ? 9 : 6, fill: c.color || ink }, value: (_, v) => shown(v),
		}))],
	}, uPlot.join(curves.map((c) => [c.x, c.y[row]])), at));
}

// keyed lets keys do what a pointer does: the arrows go from point to point, and Enter hides a curve, or shows it again.
function keyed(at, chart) {
	at.tabIndex = 0;
	at.setAttribute("role", "group");
	at.setAttribute("aria-label", "A chart. The left and right arrow keys go through its points.");
	at.onkeydown = (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], xs = chart.data[0];
		if (!step || event.target !== at) return;
		event.preventDefault();
		const next = (chart.cursor.idx ?? (step > 0 ? -1 : xs.length)) + step;
		chart.setCursor({ left: chart.valToPos(xs[Math.min(xs.length - 1, Math.max(0, next))], "x"), top: 0 });
	};
	at.querySelector(".u-legend").setAttribute("aria-live", "polite");
	[...at.querySelectorAll(".u-legend .u-series")].slice(1).forEach((row, i) => {
		const label = row.querySelector(".u-label"), shown = () => label.setAttribute("aria-pressed", String(chart.series[i + 1].show));
		label.tabIndex = 0;
		label.setAttribute("role", "button");
		label.onkeydown = (event) => {
			if (event.key !== "Enter" && event.key !== " ") return;
			event.preventDefault();
			label.click();
		};
		row.addEventListener("click", shown);
		shown();
	});
	return chart;
}

// sliding lets a slider with the names of its places choose a row of the curves. It returns what draws the chart anew.
function sliding(id, chart, curves, names, axes) {
	const slider = document.getElementById(id), told = document.getElementById(`${id}-is`);
	let drawn;
	slider.max = names.length;
	const show = () => {
		const row = slider.value - 1;
		told.textContent = names[row];
		slider.setAttribute("aria-valuetext", names[row]);
		if (drawn) drawn.setData(uPlot.join(curves.map((c) => [c.x, c.y[row]])));
		else drawn = draw(place(chart), curves, row, axes);
		numbers(chart, wide(curves, row, axes.x));
	};
	slider.addEventListener("input", show);
	return () => {
		drawn = undefined;
		show();
	};
}

const layers = { splits: () => [8, 20, 32, 56] };
const all = () => [
	sliding("epoch", "depth", measurements.depth, measurements.depth[0].y.map((_, i) => `epoch ${i + 1}`),
		{ x: { axis: { label: "layers", ...layers } }, y: { axis: { label: "training loss" }, scale: { range: [0, 2.4] } } }),
	() => {
		const axes = {
			x: { axis: { label: "minutes, logarithmic", values: (_, ticks) => ticks.map((v) => (v === null ? "" : String(v))) }, scale: { distr: 3 } },
			y: { axis: { label: "accuracy, %" }, scale: { range: [30, 100] } },
		};
		draw(place("minutes"), measurements.minutes, 0, axes);
		numbers("minutes", long(measurements.minutes, 0, axes.x, axes.y));
	},
	...(measurements.gradients ? [sliding("step", "gradients", measurements.gradients, measurements.steps.map((step) => `${step} steps`),
		{ x: { axis: { label: "convolution, from the image on" } }, y: { axis: { label: "gradient, logarithmic", size: 70, values: (_, ticks) => ticks.map((v) => (v === null ? "" : v < 1 ? v.toPrecision(1) : String(v))) }, scale: { distr: 3, range: measurements.range } } })] : []),
];
if (globalThis.uPlot && globalThis.measurements) {
	const charts = all(), drawAll = () => charts.forEach((show) => show());
	addEventListener("resize", drawAll);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
	drawAll();
} else { // they did not arrive: the still pictures stay, without sliders
	for (const id of ["epoch", "step"]) document.getElementById(id)?.closest("p").setAttribute("hidden", "");
}
