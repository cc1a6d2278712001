"""The chapter's ladder, measured: from scratch, augmented, with a pretrained base, fine-tuned.

    python benchmarks/ladder.py drawings
    python benchmarks/ladder.py photographs [--folder FOLDER]

Measures every step for several seeds and writes `convnets/data/ladder.json`, which notebooks quote, and from it
the page `docs/ladder.md` with its plot. A seed draws the first weights, the dropout, the augmentation and the order of
pictures; the pictures themselves stay the same. Epochs and rates, in `RECIPES`, were settled on seeds 0 to 2; the
figures are of others. Photographs are a user's own; by default those in ../shared/data beside the project, where it
exists.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import ladder_page
import numpy as np

from convnets import lab
from convnets.bases import Base
from convnets.picture_set import SETS, PictureSet

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "convnets/data/ladder.json"
PHOTOGRAPHS = ROOT.parent / "shared/data/cats_and_dogs_small"
SMALL = 64  # pixels: the input of the networks from scratch, and of the drawings' base
BATCH = 20
FIRST_SEED = 3  # those before it were used to settle the recipes


@dataclass(frozen=True)
class Recipe:
    """Epochs and learning rates of one set of pictures."""

    base: str
    scratch_epochs: int
    augmented_epochs: int
    head_epochs: int
    head_rate: float
    end_to_end_epochs: int
    tuning_epochs: int
    tuning_rate: float
    one_block: str
    two_blocks: str


RECIPES = {
    "drawings": Recipe(
        base="drawings",
        scratch_epochs=25,
        augmented_epochs=70,
        head_epochs=60,
        head_rate=3e-3,
        end_to_end_epochs=12,
        tuning_epochs=20,
        tuning_rate=5e-4,
        one_block="block4",
        two_blocks="block3",
    ),
    "photographs": Recipe(
        base="efficientnet-lite0",
        scratch_epochs=20,
        augmented_epochs=25,
        head_epochs=30,
        head_rate=3e-3,
        end_to_end_epochs=2,
        tuning_epochs=1,
        tuning_rate=2e-5,
        one_block="block7",
        two_blocks="block6",
    ),
}
SETS_OF_NUMBERS = dict[str, tuple[Any, Any]]


def main() -> None:
    """Measure one set of pictures and write the results and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=sorted(RECIPES))
    parser.add_argument("--folder", type=Path, default=PHOTOGRAPHS, help="of the photographs")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    lab.start_keras(seed=0)
    pictures = lab.cats_and_dogs() if options.which == "drawings" else lab.photographs(options.folder)
    runs: list[dict[str, Any]] = []
    for run in measured(options.which, pictures, range(FIRST_SEED, FIRST_SEED + options.seeds)):
        print(
            f"{run['step']:12} seed {run['seed']}  test {run['test']:.3f}  {run['cpu_seconds']:5.1f} s", file=sys.stderr
        )
        runs.append(run)
        results = store(options.which, pictures, runs)  # after each run: what is interrupted is not lost
    ladder_page.write(results, ROOT / "docs")


def store(which: str, pictures: PictureSet, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the runs in the place of older ones of the same pictures; return all results."""
    results: dict[str, Any] = (
        json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {"schema": 1, "sets": {}}
    )
    results["made_by"] = "python benchmarks/ladder.py"
    results["sets"][which] = {
        "base": RECIPES[which].base,
        "pictures": {name: len(files) for name, files in pictures.files.items()},
        "versions": {name: metadata.version(name) for name in ("keras", "tensorflow", "numpy", "pillow")},
        "runs": runs,
    }
    kept = {name: {**part, "runs": []} for name, part in results["sets"].items()}
    text = json.dumps({**results, "sets": kept}, indent=1)
    for part in results["sets"].values():  # a line for each run
        lines = ",\n".join("    " + json.dumps(run) for run in part["runs"])
        text = text.replace('"runs": []', f'"runs": [\n{lines}\n   ]', 1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    return results


# The steps -------------------------------------------------------------------------------------------


def measured(which: str, pictures: PictureSet, seeds: range) -> Iterator[dict[str, Any]]:
    """Every step for every seed, one run after another."""
    recipe = RECIPES[which]
    small = {name: pictures.arrays(name, SMALL) for name in SETS}
    base = lab.pretrained_base(recipe.base)
    large = small if base.size == SMALL else {name: pictures.arrays(name, base.size) for name in SETS}
    maps = features(base, large)
    random_maps = features(lab.pretrained_base(recipe.base, random=True), large)
    drawn = features(lab.pretrained_base("drawings"), small)
    for seed in seeds:
        head = head_on(maps, seed)
        yield trained("cached", seed, head, maps, epochs=recipe.head_epochs, rate=recipe.head_rate)[0]
        head = head_on(random_maps, seed)
        yield trained("random base", seed, head, random_maps, epochs=recipe.head_epochs, rate=recipe.head_rate)[0]
        if which == "photographs":
            yield trained("drawn base", seed, head_on(drawn, seed), drawn, epochs=60, rate=3e-3)[0]
    for seed in seeds:
        yield trained("scratch", seed, from_scratch(seed), small, epochs=recipe.scratch_epochs, rate=1e-3)[0]
        network = from_scratch(seed, augmented=True)
        yield trained("augmented", seed, network, small, epochs=recipe.augmented_epochs, rate=1e-3)[0]
    for seed in seeds:
        # End to end from a new head, then fine-tuning from what that has learned: the book's order.
        lower = lab.pretrained_base(recipe.base)
        lower.model.trainable = False
        network = end_to_end(lower, head_on(maps, seed))
        run, network = trained(
            "end-to-end", seed, network, large, epochs=recipe.end_to_end_epochs, rate=recipe.head_rate
        )
        yield run
        known = network.get_weights()
        for step, block in (("one block", recipe.one_block), ("two blocks", recipe.two_blocks)):
            network.set_weights(known)
            unfreeze(lower, block)
            yield trained(step, seed, network, large, epochs=recipe.tuning_epochs, rate=recipe.tuning_rate)[0]


def from_scratch(seed: int, *, augmented: bool = False) -> Any:
    """A small network of three convolutions with random weights."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    pictures = keras.Input((SMALL, SMALL, 3))
    maps = augmentation()(pictures) if augmented else pictures
    maps = layers.Rescaling(1 / 255)(maps)
    for width in (16, 32, 64):
        maps = layers.MaxPooling2D(2)(layers.Conv2D(width, 3, activation="relu")(maps))
    vector = layers.Flatten()(maps)
    vector = layers.Dropout(0.5)(vector) if augmented else vector
    vector = layers.Dense(64, activation="relu")(vector)
    return keras.Model(pictures, layers.Dense(1, activation="sigmoid")(vector))


def augmentation() -> Any:
    """Mirror, and shift by up to a fifth of the side: what a flattened map takes for another picture."""
    import keras
    from keras import layers

    return keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomTranslation(0.2, 0.2)])


def features(base: Base, numbers: SETS_OF_NUMBERS) -> SETS_OF_NUMBERS:
    """The base's maps for every picture, computed once."""
    return {
        name: (base.model.predict(base.preprocess(pictures), batch_size=BATCH, verbose=0), labels)
        for name, (pictures, labels) in numbers.items()
    }


def head_on(maps: SETS_OF_NUMBERS, seed: int) -> Any:
    """A classifier of maps: their mean over positions, and one unit."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    entrance = keras.Input(maps["train"][0].shape[1:])
    vector = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(entrance))
    return keras.Model(entrance, layers.Dense(1, activation="sigmoid")(vector))


def end_to_end(base: Base, head: Any) -> Any:
    """Augmentation, preprocessing, base and head in one model; the base runs in inference mode throughout."""
    import keras

    pictures = keras.Input((base.size, base.size, 3))
    maps = base.model(base.preprocess(augmentation()(pictures)), training=False)
    return keras.Model(pictures, head(maps))


def unfreeze(base: Base, block: str) -> None:
    """Let the layers from a block onward learn, but for batch normalization."""
    names = [layer.name for layer in base.model.layers]
    first = names.index(base.first_layer(block))
    base.model.trainable = True
    for place, layer in enumerate(base.model.layers):
        layer.trainable = place >= first and type(layer).__name__ != "BatchNormalization"


def trained(
    step: str, seed: int, network: Any, numbers: SETS_OF_NUMBERS, *, epochs: int, rate: float
) -> tuple[dict[str, Any], Any]:
    """Train and evaluate: one run, and the network."""
    import keras

    keras.utils.set_random_seed(seed)
    network.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
    began = time.process_time()
    fitted = network.fit(
        *numbers["train"], validation_data=numbers["validation"], epochs=epochs, batch_size=BATCH, verbose=0
    )
    seconds = time.process_time() - began
    history = {name: [round(float(value), 4) for value in values] for name, values in fitted.history.items()}
    run = {
        "step": step,
        "seed": seed,
        "train": history["accuracy"][-1],
        "validation": history["val_accuracy"][-1],
        "test": accuracy_of(network, *numbers["test"]),
        "cpu_seconds": round(seconds, 1),
        "history": history,
    }
    return run, network


def accuracy_of(network: Any, pictures: Any, labels: Any) -> float:
    """The share of right answers."""
    said = network.predict(pictures, batch_size=BATCH, verbose=0)[:, 0] > 0.5
    return round(float(np.mean(said == (labels > 0.5))), 4)


if __name__ == "__main__":
    main()
