# SPDX-License-Identifier: Apache-2.0
"""Times training steps and inference of a thin residual net in JAX (Flax); prints one JSON object.

    python jax_step.py residual-DEPTH BATCH STEPS [bf16] [cuda]
"""
import json
import statistics
import sys
import time

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

name, batch, steps, options = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), set(sys.argv[4:])
jax.config.update("jax_platforms", "cuda" if "cuda" in options else "cpu")
depth = int(name.rsplit("-", 1)[1])
dtype = jnp.bfloat16 if "bf16" in options else jnp.float32


def conv(channels, stride=1):
    return nn.Conv(channels, (3, 3), stride, padding=1, use_bias=False, dtype=dtype)


class Net(nn.Module):
    train: bool

    def norm(self):
        return nn.BatchNorm(use_running_average=not self.train, momentum=0.9, dtype=dtype)

    @nn.compact
    def __call__(self, pixels):
        mean, std = np.array([0.4914, 0.4822, 0.4465]) * 255, np.array([0.2470, 0.2435, 0.2616]) * 255
        x = ((pixels.astype(jnp.float32) - mean) / std).astype(dtype)
        x = nn.relu(self.norm()(conv(16)(x)))
        for stage in range(3):
            for unit in range((depth - 2) // 6):
                channels, stride = 16 << stage, 2 if stage and unit == 0 else 1
                y = nn.relu(self.norm()(conv(channels, stride)(x)))
                y = self.norm()(conv(channels)(y))
                x = x[:, ::stride, ::stride]
                x = jnp.pad(x, ((0, 0), (0, 0), (0, 0), (0, channels - x.shape[-1])))
                x = nn.relu(x + y)
        return nn.Dense(10)(x.mean((1, 2)))


pixels = np.random.randint(0, 256, (batch, 32, 32, 3), dtype=np.uint8)
labels = np.random.randint(0, 10, batch)
variables = Net(True).init(jax.random.key(0), pixels)
decayed = lambda params: jax.tree.map(lambda p: p.ndim > 1, params)
optimizer = optax.chain(optax.add_decayed_weights(5e-4, decayed), optax.sgd(0.1, momentum=0.9, nesterov=True))
params, statistics_, state = variables["params"], variables["batch_stats"], None
state = optimizer.init(params)


@jax.jit
def step(params, batch_stats, state, pixels, labels):
    def loss(params):
        logits, new = Net(True).apply({"params": params, "batch_stats": batch_stats}, pixels, mutable=["batch_stats"])
        target = optax.smooth_labels(jax.nn.one_hot(labels, 10), 0.1)
        return optax.softmax_cross_entropy(logits.astype(jnp.float32), target).mean(), new

    (value, new), gradients = jax.value_and_grad(loss, has_aux=True)(params)
    updates, state = optimizer.update(gradients, state, params)
    return optax.apply_updates(params, updates), new["batch_stats"], state, value


@jax.jit
def predict(params, batch_stats, pixels):
    return Net(False).apply({"params": params, "batch_stats": batch_stats}, pixels).argmax(1)


def train():
    global params, statistics_, state
    params, statistics_, state, value = step(params, statistics_, state, pixels, labels)
    return float(value)


def evaluate():
    return np.asarray(predict(params, statistics_, pixels))


def speed(work):
    times = []
    for i in range(steps + 3):
        start = time.perf_counter()
        work()
        if i >= 3:
            times.append(time.perf_counter() - start)
    return batch / statistics.median(times)


print(json.dumps({"train": speed(train), "evaluate": speed(evaluate), "version": jax.__version__, "parameters": sum(p.size for p in jax.tree.leaves(params))}))
