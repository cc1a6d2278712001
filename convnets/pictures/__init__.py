"""The explanatory pictures of the course, one function and one line in a notebook each.

All pictures share one palette, one card as background (white, with round corners, so that they can be read on light and
on dark notebooks) and one way to the screen, `show`, which never comes without a text for those who cannot see the
picture. Nothing here touches pyplot: a student's own plots stay untouched. While a notebook is graded nobody looks, and
what would only be seen is neither trained nor drawn. Each assignment has a module of its own; the notebooks call all of
them as `lab.pictures.<name>`.
"""

from autograder.lab.pictures.comparison import compare, first_wrong
from autograder.lab.pictures.style import PALETTE, RETINA, as_png, nobody_looks, show
from convnets.pictures.convolution import (
    dense_against_convolution,
    edge_response,
    feature_map_stack,
    parameters_and_activations,
    patch_times_kernel,
    pooled_maps,
    pooling_comparison,
    receptive_fields,
    shift_and_filter,
    window_positions,
    window_positions_grid,
)
from convnets.pictures.extraction import Run, depths, maps, ways
from convnets.pictures.training import gallery, gaps, learning_curves
from convnets.pictures.tuning import counterexample, five_steps, losses, opened_blocks, tuning_curves
from convnets.pictures.visualisation import (
    HeatMap,
    Pointing,
    activations,
    filters,
    heat_maps,
    ladder,
    photograph,
    pointing_game,
    sparsity,
)

__all__ = [
    "PALETTE",
    "RETINA",
    "HeatMap",
    "Pointing",
    "Run",
    "activations",
    "as_png",
    "compare",
    "counterexample",
    "dense_against_convolution",
    "depths",
    "edge_response",
    "feature_map_stack",
    "filters",
    "first_wrong",
    "five_steps",
    "gallery",
    "gaps",
    "heat_maps",
    "ladder",
    "learning_curves",
    "losses",
    "maps",
    "nobody_looks",
    "opened_blocks",
    "parameters_and_activations",
    "patch_times_kernel",
    "photograph",
    "pointing_game",
    "pooled_maps",
    "pooling_comparison",
    "receptive_fields",
    "shift_and_filter",
    "show",
    "sparsity",
    "tuning_curves",
    "ways",
    "window_positions",
    "window_positions_grid",
]
