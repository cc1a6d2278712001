"""Trains the small base on drawings that are neither cats nor dogs, and writes it into the package.

    python -m convnets.train_base      (make base)

Everything is seeded, so one machine gives the same weights again. Another one may add in a different order, and then
gives different ones that are as good. The weights are float16 and are in `convnets/data`, with a note that says
how they were made and how well they tell the kinds apart; a test evaluates them again and compares.
"""

import hashlib
import io
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convnets import bases
from convnets.dataset import EDITION, snapshot
from convnets.drawings import OTHER_KINDS
from convnets.keras_start import start_keras
from convnets.picture_set import Images, scaled

SEED = 11
SIZE = 64
TRAINING, VALIDATION = (400, 0), (30, 1)
"""Pictures of each kind, and the number that tells the two sets apart in their seeds."""
EPOCHS = 10
BATCH = 64
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-3
SHIFT = 6  # pixels, in augmentation
Floats = NDArray[np.float32]


def main() -> None:
    """Train, evaluate, write."""
    folder = Path(bases.__file__).parent / "data"
    pictures, kinds = drawings(*TRAINING)
    print(f"{len(pictures)} drawings of {len(OTHER_KINDS)} kinds", file=sys.stderr)
    began = time.process_time()
    weights = train(pictures, kinds)
    seconds = time.process_time() - began
    packed = io.BytesIO()
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in weights.items()}
    np.savez_compressed(packed, **halves)
    (folder / bases.WEIGHTS_FILE).write_bytes(packed.getvalue())
    note = {
        "about": "Weights of a small VGG, trained by this project on its own drawings; nothing comes from elsewhere.",
        "made_by": "python -m convnets.train_base",
        "kinds": list(OTHER_KINDS),
        "pictures": {
            "edition": EDITION,
            "seed": SEED,
            "size": SIZE,
            "training": TRAINING[0],
            "validation": VALIDATION[0],
        },
        "training": {"epochs": EPOCHS, "batch": BATCH, "learning_rate": LEARNING_RATE, "weight_decay": WEIGHT_DECAY},
        "cpu_seconds": round(seconds),
        "bytes": len(packed.getvalue()),
        "sha256": hashlib.sha256(packed.getvalue()).hexdigest(),
        **evaluate(bases.stored_weights()),
    }
    (folder / bases.NOTE_FILE).write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(note, indent=1))


def drawings(count: int, number: int) -> tuple[Images, NDArray[np.int64]]:
    """Draw the same number of pictures of each kind: shape (pictures, size, size, 3), uint8, and the kinds' numbers."""
    pictures = [
        scaled(snapshot(kind, (SEED, number, label, each), SIZE).image, SIZE)
        for label, kind in enumerate(OTHER_KINDS)
        for each in range(count)
    ]
    return np.stack(pictures), np.repeat(np.arange(len(OTHER_KINDS)), count)


def train(pictures: Images, kinds: NDArray[np.int64], *, epochs: int = EPOCHS) -> dict[str, Floats]:
    """Train with batch normalization; return plain convolutions and the classifier, by name, float32."""
    start_keras(SEED)
    import keras
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    base = bases.small_vgg(SIZE, normalised=True)
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    classes = keras.layers.Dense(len(OTHER_KINDS), name="classes")
    model = keras.Model(base.input, classes(keras.layers.Dropout(0.3)(pooled)))
    steps = max(1, epochs * (len(pictures) // BATCH))
    model.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps), weight_decay=WEIGHT_DECAY),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    rng = np.random.default_rng(SEED)
    ready = bases.centred(pictures)
    for epoch in range(epochs):
        history = model.fit(augmented(ready, rng), kinds, batch_size=BATCH, verbose=0).history
        print(f"epoch {epoch + 1} of {epochs}: accuracy {history['accuracy'][0]:.3f}", file=sys.stderr, flush=True)
    kernel, bias = classes.get_weights()
    return {**folded(base), "classes/kernel": kernel, "classes/bias": bias}


def augmented(pictures: Floats, rng: np.random.Generator) -> Floats:
    """Mirrored, shifted, and coloured a little differently: one new version of each preprocessed picture."""
    count, size = pictures.shape[:2]
    padded = np.pad(pictures, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), mode="edge")
    corners = rng.integers(0, 2 * SHIFT + 1, (count, 2)).tolist()
    moved = np.stack([picture[y : y + size, x : x + size] for picture, (y, x) in zip(padded, corners, strict=True)])
    mirrored = rng.random(count) < 0.5
    moved[mirrored] = moved[mirrored, :, ::-1]
    gain = rng.uniform(0.8, 1.2, (count, 1, 1, 3))
    offset = rng.normal(0, 0.15, (count, 1, 1, 3))
    return (moved * gain + offset).astype(np.float32)


def folded(base: Any) -> dict[str, Floats]:
    """Convolutions that do what convolution and batch normalization did together.

    Normalization multiplies each channel by gamma / sqrt(variance + epsilon) and adds a constant: so can the
    convolution before it.
    """
    weights = {}
    for layer in base.layers:
        if "_conv" in layer.name:
            normalization = base.get_layer(layer.name.replace("conv", "bn"))
            gamma, beta, mean, variance = normalization.get_weights()
            scale = gamma / np.sqrt(variance + normalization.epsilon)
            weights[f"{layer.name}/kernel"] = layer.get_weights()[0] * scale
            weights[f"{layer.name}/bias"] = beta - mean * scale
    return weights


def evaluate(weights: Mapping[str, Floats]) -> dict[str, float]:
    """Accuracy and loss of stored weights on drawings that were not trained on."""
    pictures, kinds = drawings(*VALIDATION)
    base = bases.pretrained_base("drawings")
    pooled = base.model.predict(base.preprocess(pictures), batch_size=BATCH, verbose=0).mean(axis=(1, 2))
    scores = pooled @ weights["classes/kernel"] + weights["classes/bias"]
    scores -= scores.max(axis=1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    right = scores.argmax(axis=1) == kinds
    return {
        "accuracy": round(float(right.mean()), 4),
        "loss": round(float(-logs[np.arange(len(kinds)), kinds].mean()), 4),
    }


if __name__ == "__main__":
    main()
