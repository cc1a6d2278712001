"""Points of the course, read from its sources: who changes an exercise there has nothing to change in the tests."""

from pathlib import Path

import nbformat
import pytest

from autograder.authoring.requirements import Rubric, rubrics

ROOT = Path(__file__).parents[1]
_NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "source").glob("*/*.ipynb"))}
RUBRICS: dict[str, list[Rubric]] = {name: rubrics(path) for name, path in _NOTEBOOKS.items()}
FACETS: dict[str, dict[str, list[float]]] = {
    name: {rubric.exercise.name: [points for _facet, points in rubric.exercise.facets] for rubric in found}
    for name, found in RUBRICS.items()
}
"""The points of each experiment's facets, by assignment and exercise."""
_GRADED = {
    name: [
        cell.metadata.nbgrader
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    for name, path in _NOTEBOOKS.items()
}
TEXTS = {
    name: sum(cell.points for cell in graded if cell.solution)
    for name, graded in _GRADED.items()
    if any(cell.solution for cell in graded)
}
"""The points of the texts that a person reads, by assignment."""
TOTALS = {name: sum(cell.points for cell in graded) for name, graded in _GRADED.items()}
EXERCISES = {name: len(graded) for name, graded in _GRADED.items()}

SHIPPED = {
    "convolution": "conv_output_shape same_padding conv2d count_conv2d_params shift_image max_pool2d receptive_field "
    "choice",
    "training_from_scratch": "split_files decode_image make_dataset steps_per_epoch build_convnet shift_nearest "
    "build_augmentation overfit_gap choice",
    "feature_extraction": "preprocess_vgg16 split_base_head extract_features save_features build_feature_classifier "
    "build_transfer_model features_at_depth",
    "fine_tuning": "unfreeze_from trainable_summary fine_tune accuracy_and_bce",
    "visualisation": "activation_model activation_grid sparsity filter_loss gradient_ascent_step deprocess grad_cam "
    "overlay",
}
"""The exercises of which the tests speak."""
TAKEN_OUT = [
    (name, exercise)
    for name, shipped in SHIPPED.items()
    for exercise in shipped.split()
    if exercise not in FACETS.get(name, {})
]
"""Those that an instructor has taken out of the course, with their assignments."""
GONE = frozenset(exercise for _name, exercise in TAKEN_OUT) - {one for found in FACETS.values() for one in found}
"""Their names, where no exercise has that name any more. `conftest.py` says what becomes of tests about them."""
as_shipped = pytest.mark.skipif(
    bool(TAKEN_OUT), reason=f"about the whole course; taken out: {', '.join(one for _name, one in TAKEN_OUT)}"
)
"""A claim about the course's own lists, such as that of its misconceptions: not about what an instructor leaves."""
