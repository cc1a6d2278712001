"""What all pictures of the course have in common: palette, card, the way to the screen."""

from __future__ import annotations

import base64
import functools
import io
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeAlias, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from autograder.lab.plainly import plainly

Array: TypeAlias = NDArray[Any]
Picture: TypeAlias = Image.Image | ArrayLike
Pair: TypeAlias = tuple[int, int]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Palette:
    """What a colour means, in every picture of the course; told apart by colour-blind readers too."""

    input: str = "#0072B2"  # blue: what goes in
    kernel: str = "#D55E00"  # vermilion: windows, kernels, weights
    output: str = "#008F69"  # green: what comes out
    padding: str = "#C3C9D0"  # grey: cells that were never in the picture
    accent: str = "#A8327A"  # magenta: look here
    ink: str = "#1F2933"
    muted: str = "#5B6770"
    line: str = "#D5DAE0"
    card: str = "#FFFFFF"


PALETTE = Palette()
RED_GREEN_BLUE = ("#C62828", "#2E7D32", "#1565C0")
QUIET_VARIABLE = "AUTOGRADER_QUIET"
"""Set where a notebook is run for its checks alone. Hidden tests do not read it: they ask for a seed."""
CSS_PIXELS_PER_INCH = 96
RETINA = 2  # device pixels for each CSS pixel
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "normal",
    "axes.titlecolor": PALETTE.ink,
    "axes.titlelocation": "center",
    "axes.facecolor": "none",
    "axes.edgecolor": PALETTE.muted,
    "axes.labelcolor": PALETTE.ink,
    "axes.labelsize": 10,
    "axes.grid": False,
    "axes.unicode_minus": False,
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.8,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "text.color": PALETTE.ink,
    "text.usetex": False,
    "xtick.color": PALETTE.muted,
    "ytick.color": PALETTE.muted,
}


def show(figure: Figure, alt: str) -> None:
    """Display a figure as a sharp PNG with a text for those who cannot see it, and let go of the figure.

    Outside a notebook nothing is displayed; the figure is drawn all the same, so mistakes come to light.

    Args:
        figure: Any matplotlib figure; it is empty afterwards.
        alt: What there is to see, in one or two sentences.

    Raises:
        ValueError: The text is empty.
    """
    if not alt.strip():
        raise ValueError("a picture needs a text that says what there is to see; got an empty one")
    width = round(figure.get_figwidth() * CSS_PIXELS_PER_INCH)
    data = as_png(figure)

    from IPython import display, get_ipython

    if get_ipython() is not None:
        # Not by `display.Image`, which takes no text in IPython 7; Google Colab has that one.
        forms = {"image/png": base64.b64encode(data).decode("ascii"), "text/plain": alt}
        display.display(forms, raw=True, metadata={"image/png": {"width": width, "alt": alt}})


def as_png(figure: Figure) -> bytes:
    """A sharp PNG of a figure, `RETINA` pixels for each CSS pixel; the figure is empty afterwards."""
    with matplotlib.rc_context(_STYLE):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=CSS_PIXELS_PER_INCH * RETINA)
    if "matplotlib.pyplot" in sys.modules:  # else it cannot be one of pyplot's figures
        sys.modules["matplotlib.pyplot"].close(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib 3.10, as it empties logarithmic axes that share their limits
        figure.clear()
    return buffer.getvalue()


def nobody_looks() -> bool:
    """Whether the notebook runs for grading or its checks: drawing would be most of the time, and nobody sees it."""
    return "AUTOGRADER_SEED" in os.environ or QUIET_VARIABLE in os.environ


def for_a_reader(function: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Draw nothing while the notebook runs for grading, and say plainly what cannot be drawn."""

    @plainly
    @functools.wraps(function)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        if not nobody_looks():
            function(*args, **kwargs)

    return drawn


def in_course_style(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Draw with the course's style, whatever style the notebook has set, and put that back afterwards."""

    @functools.wraps(function)
    def styled(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with matplotlib.rc_context(_STYLE):
            return function(*args, **kwargs)

    return styled


def card(width: float, height: float) -> Figure:
    """An empty card of this size, in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.17, h_pad=0.15)
    figure = Figure(figsize=(width, height), layout=layout, facecolor="none")
    edge, corner = 0.03, 0.12
    card = FancyBboxPatch(
        (edge + corner, edge + corner),
        width - 2 * (edge + corner),
        height - 2 * (edge + corner),
        boxstyle=f"round,pad={corner}",
        facecolor=PALETTE.card,
        edgecolor=PALETTE.line,
        linewidth=1,
        transform=figure.dpi_scale_trans,
        zorder=-10,
    )
    card.set_in_layout(False)
    figure.add_artist(card)
    return figure


def bare(axes: Axes) -> None:
    """Neither ticks nor frame; labels stay possible."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def open_frame(axes: Axes) -> None:
    """Axes with a left and a lower line only, without ticks."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
