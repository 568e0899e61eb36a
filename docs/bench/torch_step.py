# SPDX-License-Identifier: Apache-2.0
"""Times training steps and inference of one net in PyTorch; prints one JSON object.

    python torch_step.py NET BATCH STEPS [bf16] [channels_last] [compile] [cuda]

NET is residual-DEPTH, compact-residual-wWIDTH or wide-residual-wWIDTH, built as in pkg/nets. The step is that of our recipes: uint8 images
normalised in the step, cross-entropy with smoothing 0.1, SGD with Nesterov momentum and weight decay.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

name, batch, steps, options = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), set(sys.argv[4:])
torch.manual_seed(0)
device = "cuda" if "cuda" in options else "cpu"


def conv(i, o, stride=1):
    return nn.Conv2d(i, o, 3, stride, 1, bias=False)


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.stride, self.extra = stride, o - i
        self.c1, self.b1 = conv(i, o, stride), nn.BatchNorm2d(o)
        self.c2, self.b2 = conv(o, o), nn.BatchNorm2d(o)

    def forward(self, x):
        y = self.b2(self.c2(F.relu(self.b1(self.c1(x)))))
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.extra:
            x = F.pad(x, (0, 0, 0, 0, 0, self.extra))  # option A: zero channels
        return F.relu(x + y)


class ConvNorm(nn.Module):
    def __init__(self, i, o, stride=1, pool=False):
        super().__init__()
        self.c, self.b, self.pool = conv(i, o, stride), nn.BatchNorm2d(o), pool

    def forward(self, x):
        x = self.c(x)
        return F.relu(self.b(F.max_pool2d(x, 2) if self.pool else x))


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def thin(depth):
    layers, i = [ConvNorm(3, 16)], 16
    for stage in range(3):
        for unit in range((depth - 2) // 6):
            layers.append(Residual(i, 16 << stage, 2 if stage and unit == 0 else 1))
            i = 16 << stage
    return nn.Sequential(*layers, Mean(), nn.Linear(i, 10))


def wide(w, stem_stride=1):
    layers, i = [ConvNorm(3, w, stem_stride)], w
    size = 32 // stem_stride
    for stage in range(3):
        o = 2 * w << stage
        layers += [ConvNorm(i, o, pool=size > 4), Residual(o, o, 1)]
        i, size = o, max(4, size // 2)
    return nn.Sequential(*layers, Mean(), nn.Linear(i, 10))


def compact(w):
    return wide(w, stem_stride=2)


family, number = name.rsplit("-", 1)
net = {"residual": thin, "compact-residual": compact, "wide-residual": wide}[family](int(number.removeprefix("w")))
layout = torch.channels_last if "channels_last" in options else torch.contiguous_format
net = net.to(device, memory_format=layout)
run = torch.compile(net) if "compile" in options else net
weights = [p for p in net.parameters() if p.ndim > 1]
others = [p for p in net.parameters() if p.ndim <= 1]
optimizer = torch.optim.SGD([{"params": weights, "weight_decay": 5e-4}, {"params": others}], lr=0.1, momentum=0.9, nesterov=True)
pixels = torch.randint(0, 256, (batch, 3, 32, 32), dtype=torch.uint8).contiguous(memory_format=layout).to(device)
labels = torch.randint(0, 10, (batch,), device=device)
mean = torch.tensor([0.4914, 0.4822, 0.4465], device=device).view(1, 3, 1, 1) * 255
std = torch.tensor([0.2470, 0.2435, 0.2616], device=device).view(1, 3, 1, 1) * 255


def forward():
    images = (pixels.float() - mean) / std
    with torch.autocast(device, dtype=torch.bfloat16, enabled="bf16" in options):
        return run(images)


def train():
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(forward().float(), labels, label_smoothing=0.1)
    loss.backward()
    optimizer.step()
    return loss.item()


def evaluate():
    with torch.inference_mode():
        return forward().argmax(1).cpu()


def speed(work):
    times = []
    for i in range(steps + 3):
        start = time.perf_counter()
        work()
        if i >= 3:
            times.append(time.perf_counter() - start)
    return batch / statistics.median(times)


training = speed(train)
net.eval()
print(json.dumps({"train": training, "evaluate": speed(evaluate), "version": torch.__version__, "parameters": sum(p.numel() for p in net.parameters())}))
