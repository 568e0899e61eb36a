# SPDX-License-Identifier: Apache-2.0
"""Writes golden.json: what PyTorch's optimizers and loss give, for the tests of this package.

    python -m venv venv && venv/bin/pip install torch && venv/bin/python golden.py

One weight matrix w [2, 3] (decayed) and one bias b [3] (not), loss = crossentropy(x·w + b, labels), on fixed numbers.
Muon and lookahead, which torch.optim lacks in this form, are written out here with PyTorch's matrices. Beside them stand
matrices and what the Newton–Schulz iteration makes of them, and what SGD makes of a bias with a rate and decay of its own.
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


def newton_schulz(matrix, steps):
    """The odd polynomial 3.4445 s − 4.7750 s³ + 2.0315 s⁵ of each singular value s, so many times, by the decomposition."""
    u, s, vt = torch.linalg.svd(matrix.double() / (matrix.double().norm() + 1e-7), full_matrices=False)
    for _ in range(steps):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return (u @ torch.diag(s) @ vt).float()


class Muon(torch.optim.Optimizer):
    """w is [in, out]; each column is one output's filter."""

    def __init__(self, params, lr, momentum):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                m = self.state[w].get("m", torch.zeros_like(w)) * group["momentum"] + w.grad
                self.state[w]["m"] = m
                direction = newton_schulz(w.grad + group["momentum"] * m, 3)
                w.copy_(w * (w.shape[1] ** 0.5 / w.norm()) - group["lr"] * direction)


class Several:
    """Optimizers that step together; each keeps its own share of the rate."""

    def __init__(self, *optimizers_and_shares):
        self.optimizers = optimizers_and_shares

    @property
    def param_groups(self):
        return [Share(g, share) for o, share in self.optimizers for g in o.param_groups]

    def zero_grad(self):
        for o, _ in self.optimizers:
            o.zero_grad()

    def step(self):
        for o, _ in self.optimizers:
            o.step()


class Share:
    def __init__(self, group, share):
        self.group, self.share = group, share

    def __setitem__(self, key, value):
        self.group[key] = value * self.share


class Lookahead:
    """Every so many steps, the slow weights go 1 − 0.95^every·(t/T)³ of the way to the fast ones, which go back to them;
    the first time they go all the way."""

    def __init__(self, optimizer, params, every):
        self.optimizer, self.params, self.every, self.t = optimizer, params, every, 0
        self.slow = [torch.zeros_like(p) for p in params]
        self.param_groups, self.zero_grad = optimizer.param_groups, optimizer.zero_grad

    @torch.no_grad()
    def step(self):
        self.optimizer.step()
        self.t += 1
        if self.t % self.every == 0:
            keep = 0.0 if self.t == self.every else 0.95**self.every * ((self.t - 1) / len(RATES)) ** 3
            for slow, p in zip(self.slow, self.params):
                slow.copy_(keep * slow + (1 - keep) * p)
                p.copy_(slow)


def run(make, smoothing, scale=1.0):
    w = torch.tensor(W, requires_grad=True)
    b = torch.tensor(B, requires_grad=True)
    optimizer = make(w, b)
    losses = []
    for rate in RATES:
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(scale * (X @ w + b), LABELS, label_smoothing=smoothing)
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
    "offset-rate": run(lambda w, b: Several(
        (torch.optim.SGD([w], lr=1, momentum=0.85, nesterov=True, weight_decay=0.05), 1),
        (torch.optim.SGD([b], lr=1, momentum=0.85, nesterov=True, weight_decay=0.05 / 4), 4)), 0),
    "logit-scale": run(lambda w, b: torch.optim.SGD([w, b], lr=1), 0.2, scale=1 / 9),
    "muon": run(lambda w, b: Several(
        (Muon([w], lr=1, momentum=0.6), 0.3), (torch.optim.SGD([b], lr=1, momentum=0.9, nesterov=True), 1)), 0),
    "lookahead": run(lambda w, b: Lookahead(torch.optim.SGD([w, b], lr=1), [w, b], 2), 0),
}
torch.manual_seed(1)
matrices = [torch.randn(2, 4), torch.randn(5, 3)]
orthogonalized = [{"x": m.tolist(), "y": newton_schulz(m, 3).tolist()} for m in matrices]
out = {"torch": torch.__version__.split("+")[0], "x": X.tolist(), "labels": LABELS.tolist(), "w": W, "b": B, "rates": RATES, "cases": cases, "orthogonalized": orthogonalized}
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(out, indent=1) + "\n")
