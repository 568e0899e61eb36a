#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a GPU does with the networks of the course, in under eight minutes: the preset gpu with its accuracy, and the training
# step of a thin residual network beside PyTorch and JAX on the same card. Write its output into docs/results.md and
# docs/performance.md, with the card and the commit.
#
#	docs/bench/gpu.sh                                  with an NVIDIA GPU and its driver
#	BACKEND=xla:/path/plugin.so docs/bench/gpu.sh      with this plugin, as in the Docker image for CUDA
#	docs/bench/gpu.sh tiny                             on the CPU, a few steps: to see that the script works
set -euo pipefail
cd "$(dirname "$0")/../.."

backend=${BACKEND:-xla:cuda}
training=(-preset gpu wide-residual-w64)
comparison=(-net residual-56 -batch 512 -rounds 3 -steps 30)
packages=(torch==2.15.0 "jax[cuda13]==0.10.2")
if [ "${1:-}" = tiny ]; then
	backend=${BACKEND:-xla:cpu}
	training=(-preset gpu -quick -epochs 1 wide-residual-w4)
	comparison=(-net residual-8 -batch 16 -rounds 1 -steps 2)
	packages=(torch==2.15.0 jax==0.10.2)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-} # with torch, jax, flax and optax; by default one is made
if [ -z "$python" ]; then
	python3 -m venv "$work/peers"
	"$work/peers/bin/pip" install --quiet "${packages[@]}" flax==0.12.8 optax==0.2.8
	python=$work/peers/bin/python
fi

nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "no NVIDIA GPU: a trial on the CPU"
git log -1 --format='commit %h'
go build -o "$work/skipnets" ./cmd/skipnets
"$work/skipnets" train -backend "$backend" -dir "$work/runs" "${training[@]}"
"$python" docs/bench/compare.py -backend "$backend" "${comparison[@]}" skipnets "PyTorch bf16 channels_last" "PyTorch compiled bf16" JAX
printf 'done after %d s\n' "$SECONDS"
