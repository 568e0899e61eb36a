# SPDX-License-Identifier: Apache-2.0
"""Writes what PyTorch makes of the blocks: one JSON file a case, read by golden_test.go.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install torch==2.15.0
    /tmp/golden/bin/python pkg/blocks/testdata/golden.py

Each block is written again here, from its paper, in float64. Input, weights and the loss's weights come from formula(), so
only results are stored: the output y in training mode, and the gradients of sum(weight·y) for x and every variable.
Layouts are those of GoMLX: images [batch, height, width, channels], kernels [height, width, in, out].
"""

import json
import pathlib

import torch
import torch.nn.functional as F


def formula(shape, salt):
    """Values in [-1, 1) without a pattern, as formula() in blocks_test.go makes them."""
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    values = ((31 * i * i + 17 * i + 101 * salt) % 1009).double() / 504.5 - 1
    return values.float().double().reshape(shape)


class Variables(dict):
    """Makes variables by name on first use; values() in golden_test.go does the same."""

    def conv(self, name, x, channels, size=3, stride=1, bias=False):
        shape = (size, size, x.shape[1], channels)
        kernel = self.make(f"{name}/weights", lambda salt: 0.3 * formula(shape, salt))
        y = F.conv2d(x, kernel.permute(3, 2, 0, 1).contiguous(), stride=stride, padding=size // 2)
        if bias:
            b = self.make(f"{name}/biases", lambda salt: 0.5 * formula((channels,), salt))
            y = y + b.reshape(1, -1, 1, 1)
        return y

    def bn(self, name, x):
        shape = (x.shape[1],)
        scale = self.make(f"{name}/batch_normalization/scale", lambda salt: 1 + 0.5 * formula(shape, salt))
        offset = self.make(f"{name}/batch_normalization/offset", lambda salt: 0.5 * formula(shape, salt))
        return F.batch_norm(x, None, None, scale, offset, training=True, eps=1e-5)

    def make(self, name, value):
        if name not in self:
            salt = sum(name.encode())
            self[name] = value(salt).float().double().requires_grad_()
        return self[name]


def shortcut(x, channels, stride):
    x = x[:, :, ::stride, ::stride]
    return F.pad(x, (0, 0, 0, 0, 0, channels - x.shape[1]))


def plain(v, x, channels, stride):
    y = F.relu(v.bn("norm1", v.conv("conv1", x, channels, 3, stride)))
    return F.relu(v.bn("norm2", v.conv("conv2", y, channels)))


def residual(v, x, channels, stride):
    y = F.relu(v.bn("norm1", v.conv("conv1", x, channels, 3, stride)))
    y = v.bn("norm2", v.conv("conv2", y, channels))
    return F.relu(y + shortcut(x, channels, stride))


def preact(v, x, channels, stride):
    y = v.conv("conv1", F.relu(v.bn("norm1", x)), channels, 3, stride)
    y = v.conv("conv2", F.relu(v.bn("norm2", y)), channels)
    return y + shortcut(x, channels, stride)


def bottleneck(v, x, channels, stride):
    y = F.relu(v.bn("norm1", v.conv("conv1", x, channels, 1)))
    y = F.relu(v.bn("norm2", v.conv("conv2", y, channels, 3, stride)))
    y = v.bn("norm3", v.conv("conv3", y, 4 * channels, 1))
    if stride > 1 or x.shape[1] != 4 * channels:
        x = v.bn("projection_norm", v.conv("projection", x, 4 * channels, 1, stride))
    return F.relu(y + x)


def highway(v, x, channels, stride):
    h = plain(v, x, channels, stride)
    t = torch.sigmoid(v.conv("gate", x, channels, 3, stride, bias=True))
    return h * t + shortcut(x, channels, stride) * (1 - t)


def dense(v, x, layers, growth_rate):
    for i in range(layers):
        name = f"layer{i + 1}"
        y = v.conv(f"{name}/conv", F.relu(v.bn(f"{name}/norm", x)), growth_rate)
        x = torch.cat([x, y], 1)
    return x


def dense_bottleneck(v, x, layers, growth_rate):
    for i in range(layers):
        name = f"layer{i + 1}"
        y = v.conv(f"{name}/narrow/conv", F.relu(v.bn(f"{name}/narrow/norm", x)), 4 * growth_rate, 1)
        y = v.conv(f"{name}/grow/conv", F.relu(v.bn(f"{name}/grow/norm", y)), growth_rate)
        x = torch.cat([x, y], 1)
    return x


def transition(v, x, channels):
    return F.avg_pool2d(v.conv("conv", F.relu(v.bn("norm", x)), channels, 1), 2)


CASES = {
    "plain": (plain, (4, 1)),
    "plain_stride": (plain, (4, 2)),
    "residual": (residual, (3, 1)),
    "residual_stride": (residual, (4, 2)),
    "preact": (preact, (3, 1)),
    "preact_stride": (preact, (4, 2)),
    "bottleneck": (bottleneck, (2, 1)),
    "bottleneck_stride": (bottleneck, (2, 2)),
    "highway": (highway, (3, 1)),
    "highway_stride": (highway, (4, 2)),
    "dense": (dense, (2, 2)),
    "dense_bottleneck": (dense_bottleneck, (2, 1)),
    "transition": (transition, (2,)),
    "transition_odd": (transition, (2,), (2, 5, 3, 3)),
}


def golden(block, args, shape=(2, 4, 4, 3)):
    x = formula(shape, 1).requires_grad_()
    variables = Variables()
    y = block(variables, x.permute(0, 3, 1, 2), *args).permute(0, 2, 3, 1)
    (formula(y.shape, 2) * y).sum().backward()
    flat = lambda t: [float(f"{value:.7g}") for value in t.detach().reshape(-1).tolist()]
    return {
        "torch": torch.__version__,
        "output_shape": list(y.shape),
        "output": flat(y),
        "input_gradient": flat(x.grad),
        "gradients": {"/" + name: flat(v.grad) for name, v in sorted(variables.items())},
    }


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    for name, case in CASES.items():
        (folder / f"golden_{name}.json").write_text(json.dumps(golden(*case), separators=(",", ":")) + "\n")
