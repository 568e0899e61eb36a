// SPDX-License-Identifier: Apache-2.0
"use strict";
const probe = document.createElement("span");
const inked = () => { // a colour as the canvas wants it
	document.body.append(probe);
	const colors = ["--text", "--line"].map((name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; });
	probe.remove();
	return colors;
};

// draw puts the curves in place of the still picture.
function draw(place, curves, row, { x, y, range, splits }) {
	const [ink, line] = inked();
	const axis = (label) => ({ label, stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } });
	const data = uPlot.join(curves.map((c) => [c.x, c.y[row]]));
	place.replaceChildren();
	return new uPlot({
		width: place.clientWidth, height: Math.min(420, Math.max(260, place.clientWidth * 0.6)),
		scales: { x: { time: false }, y: { range } },
		axes: [{ ...axis(x), ...(splits && { splits: () => splits }) }, axis(y)],
		series: [{ label: x, value: (_, v) => (v === null ? "" : v.toFixed(splits ? 0 : 1)) }, ...curves.map((c, i) => ({
			label: c.name, stroke: c.color, width: 2, spanGaps: true, dash: c.name.includes(",") ? [6, 4] : i === 0 ? [10, 4] : undefined,
			points: { show: true, size: 6 }, value: (_, v) => (v == null ? "" : v.toFixed(2)),
		}))],
	}, data, place);
}

const slider = document.getElementById("epoch");
let depthChart;
function drawDepth() {
	const at = Math.min(slider.value, measurements.depth[0].y.length) - 1;
	document.getElementById("epoch-is").textContent = at + 1;
	if (depthChart) return depthChart.setData(uPlot.join(measurements.depth.map((c) => [c.x, c.y[at]])));
	depthChart = draw(document.getElementById("depth-chart"), measurements.depth, at, { x: "layers", y: "training loss", range: [0, 2.4], splits: [8, 20, 32, 56] });
}
function drawAll() {
	depthChart = undefined;
	slider.max = measurements.depth[0].y.length;
	drawDepth();
	draw(document.getElementById("minutes-chart"), measurements.minutes, 0, { x: "minutes", y: "held-out accuracy, %", range: [30, 100] });
}
slider.addEventListener("input", drawDepth);
addEventListener("resize", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
drawAll();
