# SPDX-License-Identifier: Apache-2.0
"""Writes golden.json: what PyTorch's optimizers and loss give, for the tests of this package.

    python -m venv venv && venv/bin/pip install torch && venv/bin/python golden.py

One weight matrix w [2, 3] (decayed) and one bias b [3] (not), loss = crossentropy(x·w + b, labels), on fixed numbers.
"""
import json
import pathlib

import torch

torch.set_default_dtype(torch.float32)
X = torch.tensor([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25], [2.0, 1.0]])
LABELS = torch.tensor([0, 2, 1, 2])
W = [[0.5, -0.25, 0.125], [-0.75, 1.0, 0.375]]
B = [0.1, -0.2, 0.3]
RATES = [0.5, 0.4, 0.3, 0.2, 0.1]


def run(make, smoothing):
    w = torch.tensor(W, requires_grad=True)
    b = torch.tensor(B, requires_grad=True)
    optimizer = make(w, b)
    losses = []
    for rate in RATES:
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(X @ w + b, LABELS, label_smoothing=smoothing)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "w": w.tolist(), "b": b.tolist()}


def groups(w, b, decay):
    return [{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0.0}]


cases = {
    "sgd": run(lambda w, b: torch.optim.SGD(groups(w, b, 0), lr=1), 0),
    "sgd-nesterov-decay": run(lambda w, b: torch.optim.SGD(groups(w, b, 0.05), lr=1, momentum=0.9, nesterov=True), 0),
    "sgd-smoothing": run(lambda w, b: torch.optim.SGD(groups(w, b, 0), lr=1, momentum=0.9, nesterov=True), 0.2),
    "adam": run(lambda w, b: torch.optim.AdamW(groups(w, b, 0), lr=1), 0),
    "adamw": run(lambda w, b: torch.optim.AdamW(groups(w, b, 0.1), lr=1), 0.1),
}
out = {"torch": torch.__version__.split("+")[0], "x": X.tolist(), "labels": LABELS.tolist(), "w": W, "b": B, "rates": RATES, "cases": cases}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out, indent=1) + "\n")
