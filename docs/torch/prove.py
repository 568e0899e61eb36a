# SPDX-License-Identifier: Apache-2.0
"""Proves that exported networks answer as skipnets does: exports each, runs it in PyTorch and in ONNX Runtime on test images,
and compares the logits with those that skipnets computes in float32. Prints a Markdown table; exits with 1 if they differ.

    python -m venv /tmp/prove && /tmp/prove/bin/pip install -r requirements.txt
    /tmp/prove/bin/python prove.py [-images 1000] [RUN…]

Without a RUN it takes every network in notebooks/trained whose weights are there, and networks that it trains for a moment on
pictures of odd sizes, whose sides cannot be halved evenly, and on grey ones. The test images are those that `skipnets eval` made
ready, in $SKIPNETS_HOME.
"""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import nets
import numpy
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file

TOLERANCE = 1e-4
OWN = [("half-plain-8", 33, False), ("half-residual-8", 33, False), ("half-highway-8", 33, False), ("half-dense-8", 33, False), ("dense-8", 29, False),
       ("half-dense-14", 31, True), ("wide-dense-w4", 47, False), ("compact-residual-w4", 70, True)]
repository = pathlib.Path(__file__).resolve().parents[2]
programs = tempfile.TemporaryDirectory()  # until the end
program = pathlib.Path(programs.name) / "skipnets"
home = pathlib.Path(os.environ.get("SKIPNETS_HOME") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "skipnets")


def test_images(n):
    """From CIFAR-10's own file: for each image a byte of label, then 32×32 bytes of red, of green and of blue."""
    records = numpy.fromfile(home / "cifar-10-batches-bin" / "test_batch.bin", numpy.uint8).reshape(-1, 1 + 3 * 32 * 32)[:n]
    return records[:, 1:].reshape(-1, 3, 32, 32).astype(numpy.float32), records[:, 0]


def skipnets(*arguments):
    return subprocess.run([program, *map(str, arguments)], cwd=repository, check=True, stdout=subprocess.PIPE, text=True).stdout


def exported(run, folder, images):
    """The logits of PyTorch and of ONNX Runtime for a run."""
    skipnets("export", "-format", "torch", "-out", folder / "net.safetensors", run)
    skipnets("export", "-format", "onnx", "-out", folder / "net.onnx", run)
    with torch.inference_mode():
        in_torch = nets.load(folder / "net.safetensors")(torch.from_numpy(images)).numpy()
    onnx.checker.check_model(folder / "net.onnx", full_check=True)
    return in_torch, onnxruntime.InferenceSession(folder / "net.onnx").run(["logits"], {"images": images})[0]


def compare(name, ours, others):
    """Prints a line of the table, and tells whether the answers are the same."""
    differences = [float(numpy.abs(other - ours).max()) for other in others]
    same = sum((ours.argmax(1) == other.argmax(1)).sum() for other in others)
    print(f"| {name} | {numpy.abs(ours).max():.1f} | " + " | ".join(f"{d:.1e}" for d in differences) +
          f" | {same} of {len(others) * len(ours)} |", flush=True)
    return max(differences) < TOLERANCE and ours.std() >= 0.01  # answers all alike would prove nothing


def trained(run, folder, images, labels):
    """Compares the logits of a run on test images."""
    skipnets("eval", "-logits", folder / "logits", run)
    ours = load_file(folder / "logits")
    if not (ours["labels"][: len(images)] == labels).all():
        sys.exit("skipnets evaluated other images than those in " + str(home))
    return compare(f"{run.parent.name}/{run.name}", ours["logits"][: len(images)], exported(run, folder, images))


def png(pixels):
    """A PNG file of bytes [height, width] or [height, width, 3]."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def log_softmax(logits):
    logits = logits.astype(numpy.float64)
    return logits - numpy.log(numpy.exp(logits).sum(1, keepdims=True))


def own_pictures(folder, network, size, grey):
    """Trains a network on 20 pictures of that size for a moment, and compares the logarithms of the probabilities that predict
    gives each of them."""
    random, files, images = numpy.random.default_rng(size), [], []
    for i in range(20):
        pixels = random.integers(0, 256, (size, size) if grey else (size, size, 3), dtype=numpy.uint8)
        files.append(folder / "pictures" / "ab"[i % 2] / f"{i}.png")
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        files[-1].write_bytes(png(pixels))
        images.append(pixels.reshape(size, size, -1).transpose(2, 0, 1).astype(numpy.float32))
    skipnets("train", "-images", folder / "pictures", "-size", size, *(["-grey"] if grey else []), "-preset", "quick", "-epochs", 1, "-precision", "fp32",
             "-dir", folder / "runs", network)
    run = folder / "runs" / f"{network}-seed1"
    ours = []
    for line in skipnets("predict", "-json", "-weights", run, *files).splitlines():
        probability = {c["class"]: c["probability"] for c in json.loads(line)["classes"]}
        ours.append([numpy.log(probability[c]) for c in "ab"])
    name = f"{network}, {size}×{size}" + (", grey" if grey else "")
    return compare(name, numpy.array(ours), [log_softmax(o) for o in exported(run, folder, numpy.stack(images))])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-images", type=int, default=1000)
    p.add_argument("runs", nargs="*", type=pathlib.Path, metavar="RUN")
    a = p.parse_args()
    runs = a.runs or sorted(f.parent for f in repository.glob("notebooks/trained/*/*/best.safetensors"))
    subprocess.run(["go", "build", "-o", program, "./cmd/skipnets"], cwd=repository, check=True)
    images, labels = test_images(a.images)
    print(f"Largest difference of a logit over {len(images)} test images. PyTorch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}.\n")
    print("| network | largest logit | PyTorch | ONNX Runtime | same class |\n|---|--:|--:|--:|--:|")
    ok = bool(runs)
    for run in runs:
        with tempfile.TemporaryDirectory() as folder:
            ok &= trained(run.resolve(), pathlib.Path(folder), images, labels)
    for network, size, grey in [] if a.runs else OWN:
        with tempfile.TemporaryDirectory() as folder:
            ok &= own_pictures(pathlib.Path(folder), network, size, grey)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
