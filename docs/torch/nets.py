# SPDX-License-Identifier: Apache-2.0
"""The four families of skipnets in PyTorch, each thin, half, compact or wide. Only the merge differs.

    skipnets export -format torch RUN                  # writes for example wide-residual-w24.safetensors
    net = nets.load("wide-residual-w24.safetensors")   # in Python
    logits = net(images)                               # float [batch, channels, height, width], pixel values 0 to 255

The modules have the names that the layers have in skipnets.
"""
import json
import math
import re

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn


def conv(i, o, stride=1, bias=False):
    return nn.Conv2d(i, o, 3, stride, padding=1, bias=bias)


class ConvNorm(nn.Module):
    """Convolution, 2×2 max pool if asked and the maps are larger than 4×4 pixels, BatchNorm, ReLU."""

    def __init__(self, i, o, stride=1, pool=False):
        super().__init__()
        self.conv, self.norm, self.pool = conv(i, o, stride), nn.BatchNorm2d(o), pool

    def forward(self, x):
        x = self.conv(x)
        return F.relu(self.norm(F.max_pool2d(x, 2) if self.pool and min(x.shape[2:]) > 4 else x))


class Block(nn.Module):
    """Two layers and a merge: y = F(x), ReLU(F(x) + x), F(x)·T(x) + x·(1 − T(x)) or [x, F(x)]."""

    def __init__(self, merge, i, o, stride, gate_bias=-1.0):
        super().__init__()
        self.merge, self.stride, self.grow = merge, stride, o - i
        self.conv1, self.norm1 = conv(i, o, stride), nn.BatchNorm2d(o)
        self.conv2, self.norm2 = conv(o, o), nn.BatchNorm2d(o)
        if merge == "highway":
            self.gate = conv(i, o, stride, bias=True)
            nn.init.constant_(self.gate.bias, gate_bias)
        self.channels = i + o if merge == "dense" else o

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        if self.merge == "plain":
            return F.relu(y)
        if self.merge == "dense":
            return torch.cat([F.avg_pool2d(x, self.stride, ceil_mode=True), F.relu(y)], 1)
        shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.grow))  # channels of zeros
        if self.merge == "residual":
            return F.relu(y + shortcut)
        t = torch.sigmoid(self.gate(x))
        return F.relu(y) * t + shortcut * (1 - t)


class Net(nn.Module):
    """name is skipnets's: [half-|compact-|wide-]FAMILY-NUMBER, the depth of a thin or half net, the width of the others."""

    def __init__(self, name, classes=10, channels=3):
        super().__init__()
        found = re.fullmatch(r"(half-|compact-|wide-)?(plain|residual|highway|dense)-w?(\d+)(?:-b?(\d+))?", name)
        if not found:
            raise ValueError(f"no network called {name!r} here; examples: residual-20, half-highway-56-b3, wide-dense-w24")
        form, merge, number, shut = found[1] or "", found[2], int(found[3]), int(found[4] or 1)
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("std", torch.ones(channels))
        wide = form in ("compact-", "wide-")
        i = number if wide else 16
        self.stem = ConvNorm(channels, i, 2 if form in ("compact-", "half-") else 1)
        i = (self.wide if wide else self.thin)(merge, number, i, -shut)
        self.head = nn.Linear(i, classes)

    def thin(self, merge, depth, i, gate_bias):
        n = (depth - 2) // 6
        if depth != 6 * n + 2 or n < 1:
            raise ValueError(f"depth {depth} is not of the form 6n+2")
        a, b, c = 9 * n + 3, 96, 21504 - 5120 / n  # the growth rate that makes a dense net as large as a residual one
        growth = int((math.sqrt(b * b + 4 * a * c) - b) / (2 * a))
        for stage in range(3):
            blocks = nn.Sequential()
            for unit in range(n):
                o = growth if merge == "dense" else 16 << stage
                blocks.add_module(f"block{unit + 1}", Block(merge, i, o, 2 if stage and not unit else 1, gate_bias))
                i = blocks[-1].channels
            self.add_module(f"stage{stage + 1}", blocks)
        return i

    def wide(self, merge, width, i, gate_bias):
        for stage in range(3):
            o = 2 * width << stage
            block = Block(merge, o, o, 1, gate_bias)
            self.add_module(f"stage{stage + 1}", nn.Sequential())
            self.get_submodule(f"stage{stage + 1}").add_module("down", ConvNorm(i, o, pool=True))
            self.get_submodule(f"stage{stage + 1}").add_module("block", block)
            i = block.channels
        return i

    def forward(self, images):
        x = (images / 255 - self.mean.view(1, -1, 1, 1)) / self.std.view(1, -1, 1, 1)
        for name, layer in self.named_children():
            x = layer(x.mean((2, 3)) if name == "head" else x)
        return x


def load(path):
    """The network of an exported file, ready to predict."""
    with safe_open(path, "pt") as file:
        notes = file.metadata()
        net = Net(notes["network"], len(json.loads(notes["classes"])), file.get_slice("mean").get_shape()[0])
        net.load_state_dict({name: file.get_tensor(name) for name in file.keys()})
    return net.eval()
