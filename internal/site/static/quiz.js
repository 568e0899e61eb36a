// SPDX-License-Identifier: Apache-2.0
"use strict";
const questions = [...document.querySelectorAll("#quiz fieldset")];
document.getElementById("quiz").addEventListener("change", ({ target }) => {
	const question = target.closest("fieldset"), right = target.value === question.dataset.right;
	question.dataset.was = right ? "right" : "wrong";
	question.querySelector(".verdict").textContent = right ? "✓ Right." : "✗ Not this one. Try another.";
	question.querySelector(".because").hidden = !right;
	const count = questions.filter((q) => q.dataset.was === "right").length;
	document.getElementById("score").textContent = `${count} of ${questions.length} are right.`;
});
