// SPDX-License-Identifier: Apache-2.0
// The loss around trained networks, as hills that one can turn: by the sliders, or by dragging.
"use strict";
const hills = globalThis.measurements?.surfaces ?? [];
const colors = [[59, 28, 140], [33, 113, 181], [35, 160, 130], [150, 200, 60], [250, 220, 50]];
const heights = hills.flatMap((hill) => hill.loss.flat().map(Math.log));
const low = Math.min(...heights), high = Math.max(...heights);

// colored is the colour of a height from 0 to 1.
function colored(height) {
	const at = Math.min(height * (colors.length - 1), colors.length - 1.001), from = colors[Math.floor(at)], to = colors[Math.floor(at) + 1];
	return `rgb(${from.map((c, i) => Math.round(c + (at % 1) * (to[i] - c))).join()})`;
}

// hillside draws one network's loss. Far squares first, so that near ones cover them.
function hillside(canvas, hill) {
	const scale = devicePixelRatio, width = canvas.clientWidth, context = canvas.getContext("2d");
	[canvas.width, canvas.height] = [width * scale, width * 0.8 * scale];
	const turned = (Number(document.getElementById("turn").value) * Math.PI) / 180, tilted = (Number(document.getElementById("tilt").value) * Math.PI) / 180;
	const height = (j, i) => (Math.log(hill.loss[j][i]) - low) / (high - low);
	const seen = (j, i) => { // where a place is on the canvas, and how far away
		const x = hill.x[i] * Math.cos(turned) - hill.y[j] * Math.sin(turned), y = hill.x[i] * Math.sin(turned) + hill.y[j] * Math.cos(turned);
		return [width * scale * (0.5 + 0.33 * x), width * scale * (0.47 + 0.33 * y * Math.sin(tilted) - 0.45 * (height(j, i) - 0.5) * Math.cos(tilted)), y];
	};
	const squares = [];
	for (let j = 0; j + 1 < hill.y.length; j++) {
		for (let i = 0; i + 1 < hill.x.length; i++) {
			const corners = [seen(j, i), seen(j, i + 1), seen(j + 1, i + 1), seen(j + 1, i)];
			squares.push({ corners, far: corners.reduce((sum, c) => sum + c[2], 0), height: (height(j, i) + height(j + 1, i + 1)) / 2 });
		}
	}
	for (const { corners, height } of squares.sort((a, b) => a.far - b.far)) {
		context.beginPath();
		for (const [x, y] of corners) context.lineTo(x, y);
		context.closePath();
		context.fillStyle = colored(height);
		context.fill();
		context.strokeStyle = "#0005";
		context.stroke();
	}
}

const canvases = hills.map((hill) => {
	const middle = hill.loss[(hill.y.length - 1) / 2][(hill.x.length - 1) / 2], all = hill.loss.flat();
	const canvas = document.createElement("canvas"), figure = document.createElement("figure"), caption = document.createElement("figcaption");
	caption.textContent = `${hill.name}: loss ${middle.toFixed(2)} in the middle, ${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} on the whole map`;
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", caption.textContent);
	canvas.addEventListener("pointermove", (event) => {
		if (!event.buttons) return;
		const turn = document.getElementById("turn"), tilt = document.getElementById("tilt");
		turn.value = (Number(turn.value) - event.movementX / 2 + 360) % 360;
		tilt.value = Number(tilt.value) + event.movementY / 3;
		drawHills();
	});
	figure.append(canvas, caption);
	return [canvas, hill, figure];
});
const drawHills = () => canvases.forEach(([canvas, hill]) => hillside(canvas, hill));
if (hills.length) {
	document.getElementById("surfaces-chart").replaceChildren(...canvases.map(([, , figure]) => figure));
	for (const id of ["turn", "tilt"]) document.getElementById(id).addEventListener("input", drawHills);
	addEventListener("resize", drawHills);
	drawHills();
	for (const hill of [...hills].reverse()) { // each is put below the hills, the last one first
		const rows = hill.y.map((y, j) => [y.toFixed(1), ...hill.loss[j].map((loss) => loss.toFixed(2))]);
		globalThis.tabled?.(document.getElementById("surfaces-chart"), `${hill.name}-numbers`, `The numbers of ${hill.name}`, ["direction 2, by 1", ...hill.x.map((x) => x.toFixed(1))], rows);
	}
} else document.getElementById("turn").closest("p").hidden = true; // the measurements did not arrive: the still picture stays
