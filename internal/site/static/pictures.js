// SPDX-License-Identifier: Apache-2.0
// Where the playground's pictures come from: a file, a drop, the clipboard, the camera, or the twenty of CIFAR-10.
"use strict";

// take shows a picture of 32·32·3 bytes, and lets the networks look at it.
function take(rgb) {
	pixels = rgb;
	const context = $("seen").getContext("2d"), image = context.createImageData(32, 32);
	for (let i = 0; i < 1024; i++) image.data.set([rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 255], 4 * i);
	context.putImageData(image, 0, 0);
	look();
}

const press = (pressed) => {
	for (const b of $("samples").children) b.setAttribute("aria-pressed", String(b === pressed));
};

// open reads a picture file, by the course's own reader, as soon as that is here.
let opened = 0;
async function open(file) {
	const mine = ++opened;
	trouble("");
	try {
		if (file.size > 224 << 20) throw new Error(`picture ${file.name} has ${file.size >> 20} MB, more than is read: save it smaller, for example 1000 pixels wide`);
		say(`Reading ${file.name || "the picture"} …`);
		const bytes = new Uint8Array(await file.arrayBuffer().catch(() => { throw new Error(`picture ${file.name} cannot be read: is it a folder, or has it been moved?`); }));
		await started;
		const { pixels } = await ask("picture", file.name || "from the clipboard", bytes);
		if (mine !== opened) return; // another one has been given meanwhile
		press(null);
		take(Uint8Array.from(pixels));
	} catch (failure) {
		if (mine !== opened) return;
		say("");
		trouble(failure.message);
	}
}

// The camera.
const refusals = {
	NotAllowedError: "The browser may not use the camera. Allow it in the address bar, or drop a picture instead.",
	NotFoundError: "There is no camera here. Drop a picture instead.",
	NotReadableError: "Another program uses the camera. Close that program, or drop a picture instead.",
};
let films = 0; // how often it was switched on or off: of two that are on, one would stay on unseen
async function film() {
	const mine = ++films;
	trouble("");
	try {
		if (!navigator.mediaDevices) return trouble("The browser gives the camera only to pages from this machine or with https. Drop a picture instead.");
		const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }); // of a phone's two, if it can be had
		if (mine !== films) return ended(stream);
		ended($("video").srcObject);
		$("video").srcObject = stream;
		$("live").hidden = false;
		await $("video").play();
		$("shoot").focus();
	} catch (failure) {
		if (mine !== films) return;
		unfilm();
		trouble(refusals[failure.name] ?? `The camera does not work (${failure.name}). Drop a picture instead.`);
	}
}
const ended = (stream) => stream?.getTracks().forEach((track) => track.stop());
function unfilm() {
	films++;
	ended($("video").srcObject);
	$("video").srcObject = null;
	$("live").hidden = true;
	$("camera").focus();
}
function shoot() {
	const frame = element("canvas", { width: $("video").videoWidth, height: $("video").videoHeight });
	if (!frame.width) return trouble("The camera has not shown a picture yet. Try again in a moment.");
	frame.getContext("2d").drawImage($("video"), 0, 0);
	frame.toBlob((blob) => open(new File([blob], "from the camera")), "image/png");
	unfilm();
}

// samples makes a button of each of the twenty pictures, and takes the fourth.
async function samples() {
	const strip = new Image();
	strip.src = "pictures.png";
	try {
		await strip.decode();
	} catch {
		$("samples-title").textContent = "The twenty pictures of CIFAR-10 did not arrive. Give one of your own, or load this page again.";
		return;
	}
	site.labels.forEach((label, i) => {
		const canvas = element("canvas", { width: 32, height: 32 });
		const context = canvas.getContext("2d", { willReadFrequently: true });
		context.drawImage(strip, -32 * i, 0);
		const button = element("button", { type: "button" }, canvas);
		button.setAttribute("aria-label", `${site.classes[label]}, picture ${i + 1}`);
		button.setAttribute("aria-pressed", "false");
		button.addEventListener("click", () => {
			opened++;
			trouble("");
			press(button);
			const rgba = context.getImageData(0, 0, 32, 32).data;
			take(Uint8Array.from({ length: 3072 }, (_, at) => rgba[4 * Math.floor(at / 3) + (at % 3)]));
		});
		$("samples").append(button);
	});
	if (!pixels && !opened) $("samples").children[3].click();
}

// receive takes what is dropped or pasted. A file that is dropped beside the box must not make the browser leave the page.
function receive() {
	$("file").addEventListener("change", () => {
		if ($("file").files[0]) open($("file").files[0]);
		$("file").value = "";
	});
	$("camera").addEventListener("click", film);
	$("shoot").addEventListener("click", shoot);
	$("stop").addEventListener("click", unfilm);
	for (const type of ["dragenter", "dragover", "drop", "dragleave"]) {
		document.addEventListener(type, (event) => {
			event.preventDefault();
			$("drop").classList.toggle("over", type === "dragenter" || type === "dragover");
			if (type !== "drop") return;
			const file = event.dataTransfer.files[0];
			if (file) open(file);
			else trouble("What was dropped is no file. Save the picture first, then drop the file.");
		});
	}
	document.addEventListener("paste", (event) => {
		const file = event.clipboardData.files[0];
		if (file) open(file);
		else if (!event.target.closest?.("input")) trouble("There is no picture in the clipboard. Copy a picture, not its address.");
	});
}
