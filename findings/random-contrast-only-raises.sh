#!/usr/bin/env bash
# RandomContrast(0.2) never lowers the contrast.
#
# The documentation gives the range of the contrast factor as 1 - 0.2 to 1 + 0.2. Of 200 draws none is below
# 1. As augmentation, it gives a training set more contrast on average than what the network meets later.
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

picture = np.linspace(0.3, 0.7, 16 * 16 * 3, dtype="float32").reshape(1, 16, 16, 3)
layer = keras.layers.RandomContrast(0.2, seed=1)
factors = []
for _ in range(200):
    changed = np.asarray(layer(picture, training=True))
    factors.append(float(np.ptp(changed) / np.ptp(picture)))
print(f"factors from {min(factors):.3f} to {max(factors):.3f}")
assert 0.999 < min(factors) < 1.02 and 1.18 < max(factors) < 1.201
PY
