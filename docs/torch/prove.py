# SPDX-License-Identifier: Apache-2.0
"""Proves that exported networks answer as skipnets does: exports each, runs it in PyTorch and in ONNX Runtime on test images,
and compares the logits with those that skipnets computes in float32. Prints a Markdown table; exits with 1 if they differ.

    python -m venv /tmp/prove && /tmp/prove/bin/pip install -r requirements.txt
    /tmp/prove/bin/python prove.py [-images 1000] [RUN…]

Without a RUN it takes every network in notebooks/trained whose weights are there. The test images are those that
`skipnets eval` made ready, in $SKIPNETS_HOME.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import nets
import numpy
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file

TOLERANCE = 1e-4
repository = pathlib.Path(__file__).resolve().parents[2]
home = pathlib.Path(os.environ.get("SKIPNETS_HOME") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "skipnets")


def test_images(n):
    """From CIFAR-10's own file: for each image a byte of label, then 32×32 bytes of red, of green and of blue."""
    records = numpy.fromfile(home / "cifar-10-batches-bin" / "test_batch.bin", numpy.uint8).reshape(-1, 1 + 3 * 32 * 32)[:n]
    return records[:, 1:].reshape(-1, 3, 32, 32).astype(numpy.float32), records[:, 0]


def run_in_repository(*command):
    subprocess.run(list(map(str, command)), cwd=repository, check=True, stdout=subprocess.DEVNULL)


def answers(run, folder, images):
    """The logits and labels of skipnets, and the logits of PyTorch and of ONNX Runtime."""
    program = folder / "skipnets"
    run_in_repository("go", "build", "-o", program, "./cmd/skipnets")
    run_in_repository(program, "eval", "-logits", folder / "logits", run)
    run_in_repository(program, "export", "-format", "torch", "-out", folder / "net.safetensors", run)
    run_in_repository(program, "export", "-format", "onnx", "-out", folder / "net.onnx", run)
    ours = load_file(folder / "logits")
    with torch.inference_mode():
        in_torch = nets.load(folder / "net.safetensors")(torch.from_numpy(images)).numpy()
    onnx.checker.check_model(folder / "net.onnx", full_check=True)
    in_onnx = onnxruntime.InferenceSession(folder / "net.onnx").run(["logits"], {"images": images})[0]
    return ours, in_torch, in_onnx


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-images", type=int, default=1000)
    p.add_argument("runs", nargs="*", type=pathlib.Path, metavar="RUN")
    a = p.parse_args()
    runs = a.runs or sorted(f.parent for f in repository.glob("notebooks/trained/*/*/best.safetensors"))
    images, labels = test_images(a.images)
    print(f"Largest difference of a logit over {len(images)} test images. PyTorch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}.\n")
    print("| network | largest logit | PyTorch | ONNX Runtime | same class |\n|---|--:|--:|--:|--:|")
    failed = not runs
    for run in runs:
        with tempfile.TemporaryDirectory() as folder:
            ours, *others = answers(run.resolve(), pathlib.Path(folder), images)
        if not (ours["labels"][: len(images)] == labels).all():
            sys.exit("skipnets evaluated other images than those in " + str(home))
        logits = ours["logits"][: len(images)]
        differences = [float(numpy.abs(other - logits).max()) for other in others]
        same = sum((logits.argmax(1) == other.argmax(1)).sum() for other in others)
        print(f"| {run.parent.name}/{run.name} | {numpy.abs(logits).max():.1f} | " + " | ".join(f"{d:.1e}" for d in differences) +
              f" | {same} of {len(others) * len(images)} |", flush=True)
        failed = failed or not max(differences) < TOLERANCE or logits.std() < 0.1  # logits all alike would prove nothing
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
