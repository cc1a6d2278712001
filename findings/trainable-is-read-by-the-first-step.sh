#!/usr/bin/env bash
# compile does not read trainable; the first traced training step does, once for each form of the batch.
#
# Compiled, then frozen, then trained: the layer does not change. Compiled frozen, then opened, then trained: it
# changes. After a first training, freezing has no effect on batches of the same form, and takes effect on a batch
# of another size. Opening after a first training has no effect on batches of the same form, and ends in a
# ValueError about an unknown variable on others.
#
# Seen with Keras 3.15.1 on TensorFlow 2.21.0, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" - <<'PY'
import keras
import numpy as np

rng = np.random.default_rng(0)
x, y = rng.random((32, 4)).astype("float32"), rng.random((32, 1)).astype("float32")


def made(trainable):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="first"), keras.layers.Dense(1)])
    model.get_layer("first").trainable = trainable
    model.compile(keras.optimizers.Adam(), "mse")
    return model


def moves(model, count=32):
    before = model.get_layer("first").get_weights()[0]
    model.train_on_batch(x[:count], y[:count]) if count != 32 else model.fit(x, y, batch_size=32, verbose=0)
    return not np.array_equal(before, model.get_layer("first").get_weights()[0])


model = made(True)
model.get_layer("first").trainable = False
assert not moves(model)
print("compiled, frozen, trained: stands still")

model = made(False)
model.get_layer("first").trainable = True
assert moves(model)
print("compiled frozen, opened, trained: moves")

model = made(True)
assert moves(model)
model.get_layer("first").trainable = False
assert moves(model)
assert not moves(model, 7)
print("frozen after a training: still moves, and stands still on a batch of another size")

model = made(False)
assert not moves(model)
model.get_layer("first").trainable = True
assert not moves(model)
try:
    moves(model, 7)
    raise SystemExit("no error on a batch of another size")
except ValueError as error:
    print("opened after a training: stands still, and on a batch of another size:", str(error)[:16])
    assert "Unknown variable" in str(error)
PY
