# SPDX-License-Identifier: Apache-2.0
"""Times training steps and inference of a thin residual net in TensorFlow (Keras) on the CPU; prints one JSON object.

    python tensorflow_step.py residual-DEPTH BATCH STEPS [bf16] [xla]
"""
import json
import os
import statistics
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402

keras = tf.keras
layers = keras.layers
name, batch, steps, options = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), set(sys.argv[4:])
depth = int(name.rsplit("-", 1)[1])
if "bf16" in options:
    keras.mixed_precision.set_global_policy("mixed_bfloat16")


def conv(x, channels, stride=1):
    return layers.Conv2D(channels, 3, stride, "same", use_bias=False)(x)


def norm(x):
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


inputs = x = layers.Input((32, 32, 3))
x = layers.ReLU()(norm(conv(x, 16)))
for stage in range(3):
    for unit in range((depth - 2) // 6):
        channels, stride = 16 << stage, 2 if stage and unit == 0 else 1
        y = norm(conv(layers.ReLU()(norm(conv(x, channels, stride))), channels))
        if stride > 1:  # option A: every other pixel, zero channels
            extra = channels // 2
            x = layers.Lambda(lambda x, extra=extra: tf.pad(x[:, ::2, ::2], [[0, 0], [0, 0], [0, 0], [0, extra]]))(x)
        x = layers.ReLU()(layers.Add()([x, y]))
net = keras.Model(inputs, layers.Dense(10, dtype="float32")(layers.GlobalAveragePooling2D()(x)))
optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
optimizer.build(net.trainable_variables)
pixels = tf.cast(tf.random.uniform((batch, 32, 32, 3), 0, 256, tf.int32), tf.uint8)
labels = tf.random.uniform((batch,), 0, 10, tf.int64)
mean, std = tf.constant([0.4914, 0.4822, 0.4465]) * 255, tf.constant([0.2470, 0.2435, 0.2616]) * 255
entropy = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)


@tf.function(jit_compile="xla" in options)
def step():
    with tf.GradientTape() as tape:
        images = (tf.cast(pixels, tf.float32) - mean) / std
        loss = entropy(tf.one_hot(labels, 10), net(images, training=True))
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
    return loss


@tf.function(jit_compile="xla" in options)
def predict():
    return tf.argmax(net((tf.cast(pixels, tf.float32) - mean) / std, training=False), 1)


def speed(work):
    times = []
    for i in range(steps + 3):
        start = time.perf_counter()
        work().numpy()
        if i >= 3:
            times.append(time.perf_counter() - start)
    return batch / statistics.median(times)


count = sum(int(tf.size(v)) for v in net.trainable_variables)
print(json.dumps({"train": speed(step), "evaluate": speed(predict), "version": tf.__version__, "parameters": count}))
