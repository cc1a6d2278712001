#!/usr/bin/env bash
# On the TensorFlow backend, setting a model's trainable to the value it already has reaches none of its layers.
#
# Keras's setter goes through all layers of a model. TensorFlow's trackable objects, from which Keras's layers inherit
# there, skip an assignment of the value that an attribute already has. So model.trainable = True opens no layer that
# was frozen by itself, unless the model was off, and model.trainable = False freezes none that was opened again. A
# numpy bool is a different object, and reaches them. With JAX as backend, the assignment reaches all layers.
#
# Seen with Keras 3.15.1 on TensorFlow 2.21.0 and on JAX 0.7.2, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0 jax==0.7.2 numpy==2.4.6
cd "$folder"
cat >look.py <<'PY'
import sys

import keras
import numpy as np


def made():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])


def after(model, value):
    model.trainable = value
    return [layer.trainable for layer in model.layers]


model = made()
model.layers[0].trainable = False
opened = after(model, True)
print("on, one layer frozen, set to True:         ", opened)

model = made()
model.trainable = False
model.layers[0].trainable = True
frozen = after(model, False)
print("off, one layer opened, set to False:       ", frozen)

model = made()
model.layers[0].trainable = False
otherwise = after(model, np.True_)
print("on, one layer frozen, set to numpy's True: ", otherwise)

model = made()
model.layers[0].trainable = False
after(model, False)
both = after(model, True)
print("on, one layer frozen, set to False and True:", both)

does_nothing = sys.argv[1] == "tensorflow"
assert opened == ([False, True] if does_nothing else [True, True])
assert frozen == ([True, False] if does_nothing else [False, False])
assert otherwise == both == [True, True]
PY
for backend in tensorflow jax; do
  echo "Keras on $backend"
  TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1 JAX_PLATFORMS=cpu KERAS_BACKEND=$backend "$folder/venv/bin/python" look.py "$backend"
done
