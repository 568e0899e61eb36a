# SPDX-License-Identifier: Apache-2.0
"""Times the same training step in skipnets, PyTorch, JAX and TensorFlow on this machine and prints a Markdown table.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install -r requirements.txt
    /tmp/peers/bin/python compare.py [-net residual-20] [-batch 128] [-rounds 5] [-steps 15] [-backend xla:cpu] [PEER…]

Every round runs every contender once, one after another, each in a process of its own that reports the median of its
steps; the table has the medians over the rounds, and the ratio of ours to each, taken within each round. Nothing else
should run. A peer whose package is missing is left out, and the table says so. With a GPU's backend the peers compute on
the GPU, too: gpu.sh does it all.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent
contenders = {
    "skipnets fp32": ("skipnets", "fp32"),
    "skipnets fp32, tuned": ("skipnets", "fp32", "-tune"),
    "skipnets bf16": ("skipnets", "bf16"),
    "skipnets bf16, tuned": ("skipnets", "bf16", "-tune"),
    "PyTorch": ("torch_step.py",),
    "PyTorch channels_last": ("torch_step.py", "channels_last"),
    "PyTorch bf16": ("torch_step.py", "bf16"),
    "PyTorch bf16 channels_last": ("torch_step.py", "bf16", "channels_last"),
    "PyTorch compiled channels_last": ("torch_step.py", "compile", "channels_last"),
    "PyTorch compiled bf16 channels_last": ("torch_step.py", "compile", "bf16", "channels_last"),
    "JAX": ("jax_step.py",),
    "JAX bf16": ("jax_step.py", "bf16"),
    "TensorFlow": ("tensorflow_step.py",),
    "TensorFlow bf16": ("tensorflow_step.py", "bf16"),
    "TensorFlow XLA": ("tensorflow_step.py", "xla"),
}
only_thin = {"jax_step.py", "tensorflow_step.py"}  # these know the thin residual nets alone


def ours(program, backend, net, batch, steps, precision, *flags):
    out = subprocess.run([program, "bench", "-backend", backend, "-batch", str(batch), "-steps", str(steps), "-precision", precision, *flags, "-json", net],
                         capture_output=True, text=True)
    if out.returncode:
        sys.exit(f"skipnets bench failed:\n{out.stdout}\n{out.stderr}")
    row = json.loads(out.stdout)
    return {"train": row["train_per_second"], "evaluate": row["evaluate_per_second"], "first step": row["first_step"], "memory": row["peak_memory"] / 1e9}


def peer(script, net, batch, steps, options):
    out = subprocess.run([sys.executable, here / script, net, str(batch), str(steps), *options], capture_output=True, text=True)
    if out.returncode:
        last = (out.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": last}
    return json.loads(out.stdout.strip().splitlines()[-1])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-net", default="residual-20")
    p.add_argument("-batch", type=int, default=128)
    p.add_argument("-rounds", type=int, default=5)
    p.add_argument("-steps", type=int, default=15)
    p.add_argument("-backend", default="xla:cpu", help="of skipnets; with cuda in its name the peers take the GPU")
    p.add_argument("-precision", choices=["fp32", "bf16"], help="of skipnets; default: both, one after the other")
    p.add_argument("peers", nargs="*", help="contenders whose names contain one of these words; default: all")
    a = p.parse_args()
    chosen = {n: c for n, c in contenders.items() if c[0] == "skipnets" and a.precision in (None, c[1])}
    chosen |= {n: c for n, c in contenders.items() if c[0] != "skipnets" and (not a.peers or any(w in n for w in a.peers))}
    if not re.fullmatch(r"residual-\d+", a.net):
        chosen = {n: c for n, c in chosen.items() if c[0] not in only_thin}
    device = ["cuda"] if "cuda" in a.backend else []
    results = {name: [] for name in chosen}
    with tempfile.TemporaryDirectory() as dir:
        program = os.path.join(dir, "skipnets")
        subprocess.run(["go", "build", "-o", program, "./cmd/skipnets"], cwd=here.parent.parent, check=True)
        for round in range(a.rounds):
            for name, (script, *options) in chosen.items():
                if any("error" in r for r in results[name]):
                    continue
                run = ours(program, a.backend, a.net, a.batch, a.steps, *options) if script == "skipnets" else peer(script, a.net, a.batch, a.steps, options + device)
                results[name].append(run)
                print(f"round {round + 1}: {name}: {run}", file=sys.stderr, flush=True)
    table(a, results)


def table(a, results):
    median = lambda name, key: statistics.median(r[key] for r in results[name])
    best = max((n for n in results if n.startswith("skipnets")), key=lambda n: median(n, "train"))
    print(f"\n{a.net}, batch {a.batch}, medians of {a.rounds} rounds of {a.steps} steps; ratios are {best} over the contender\n")
    print("| | training, images/s | ours is | evaluation, images/s | ours is | version |")
    print("|---|--:|--:|--:|--:|---|")
    for name, runs in results.items():
        if any("error" in r for r in runs):
            print(f"| {name} | — | | — | | {runs[-1]['error']} |")
            continue
        ratio = lambda key: statistics.median(b[key] / r[key] for b, r in zip(results[best], runs))
        print(f"| {name} | {median(name, 'train'):.0f} | {ratio('train'):.2f}× | {median(name, 'evaluate'):.0f} | "
              f"{ratio('evaluate'):.2f}× | {runs[0].get('version', '')} |")


main()
