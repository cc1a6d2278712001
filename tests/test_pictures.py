import base64
import subprocess
import sys
import warnings

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autograder.lab.pictures import style
from autograder.lab.pictures.panels import FIRST_WRONG
from convnets import pictures
from convnets.drawings import draw

CAT = draw("cat", 60).image
MAP = np.arange(24.0).reshape(4, 6) - 10
LONG = np.random.default_rng(1).normal(0, 3, (12, 12))
TEXT = "Three maps side by side: expected, got and difference."
DRAWN = {
    "feature_map_stack": lambda: pictures.feature_map_stack(),
    "feature_map_stack of a map": lambda: pictures.feature_map_stack(np.random.default_rng(0).normal(size=(5, 7, 12))),
    "feature_map_stack of a plane": lambda: pictures.feature_map_stack(MAP),
    "patch_times_kernel": lambda: pictures.patch_times_kernel(),
    "patch_times_kernel on a cat": lambda: pictures.patch_times_kernel(CAT.convert("L"), np.ones((2, 3)), 10, 20),
    "edge_response": lambda: pictures.edge_response(),
    "edge_response on a cat": lambda: pictures.edge_response(CAT),
    "edge_response of one's own": lambda: pictures.edge_response(CAT, [[1, -1]], np.zeros((64, 63, 1))),
    "window_positions": lambda: pictures.window_positions(),
    "window_positions of pairs": lambda: pictures.window_positions(5, 4, (2, 3), (1, 2), "same"),
    "window_positions_grid": lambda: pictures.window_positions_grid(),
    "receptive_fields": lambda: pictures.receptive_fields(),
    "pooling_comparison": lambda: pictures.pooling_comparison(),
    "pooled_maps": lambda: pictures.pooled_maps(MAP, MAP[::2, ::2]),
    "pooled_maps of channels": lambda: pictures.pooled_maps(np.zeros((6, 8, 5)), np.zeros((3, 4, 5))),
    "shift_and_filter": lambda: pictures.shift_and_filter(),
    "dense_against_convolution": lambda: pictures.dense_against_convolution(),
    "compare": lambda: style.show(pictures.compare(LONG, -LONG, title="a map"), TEXT),
    "compare channels": lambda: style.show(
        pictures.compare(np.ones((5, 7, 3)), np.full((5, 7, 3), 0.37), title="maps"), TEXT
    ),
    "compare shapes": lambda: style.show(pictures.compare(LONG, LONG[None], title="shapes"), TEXT),
    "parameters_and_activations": lambda: pictures.parameters_and_activations(),
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A shell of IPython in this process, so that pictures are really displayed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        from IPython.core.history import HistoryManager
        from IPython.core.interactiveshell import InteractiveShell

        patch.setattr(HistoryManager, "enabled", False)
        hook = sys.displayhook, sys.excepthook
        yield InteractiveShell.instance()
        InteractiveShell.clear_instance()
        sys.displayhook, sys.excepthook = hook


@pytest.fixture
def displayed(notebook):
    """Call a function and return the one picture it displays: PNG bytes and metadata."""
    from IPython.utils.capture import capture_output

    def call(function):
        with capture_output() as captured:
            assert function() is None
        assert captured.stderr == ""
        (output,) = captured.outputs
        assert output.data["text/plain"] == output.metadata["image/png"]["alt"]
        return output.data["image/png"], output.metadata["image/png"]

    return call


@pytest.fixture
def figures(monkeypatch):
    """The figures that would be shown, kept whole."""
    kept: list[tuple[Figure, str]] = []
    monkeypatch.setattr(style, "show", lambda figure, alt: kept.append((figure, alt)))
    return kept


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


@pytest.mark.parametrize("name", [name for name in DRAWN if " " not in name])
def test_a_picture_is_a_png_with_a_text_for_those_who_cannot_see_it(name, displayed):
    data, metadata = displayed(DRAWN[name])
    assert base64.b64decode(data, validate=True).startswith(b"\x89PNG")
    assert len(metadata["alt"]) > 40
    assert "{" not in metadata["alt"]
    assert 300 < metadata["width"] < 1100


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_of_a_picture_is_cut_off_and_no_two_texts_overlap(name, figures):
    DRAWN[name]()
    ((figure, _),) = figures
    figure.draw_without_rendering()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert drawn.x0 >= 0 and drawn.y0 >= 0 and drawn.x1 <= width and drawn.y1 <= height
    placed = [text for axes in figure.axes for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label)]
    boxes = [text.get_window_extent() for text in (*placed, *figure.texts) if text.get_text()]
    edges = np.array([box.extents for box in boxes])
    overlap = np.minimum(edges[:, None, 2:], edges[None, :, 2:]) - np.maximum(edges[:, None, :2], edges[None, :, :2])
    together = (overlap > 0).all(axis=2) & ~np.eye(len(boxes), dtype=bool)
    assert not together.any()


@pytest.mark.processes
def test_outside_a_notebook_a_picture_is_drawn_but_nothing_is_printed():
    code = (
        "import sys; from convnets import pictures; pictures.receptive_fields(); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="what there is to see"):
        style.show(Figure(), "  ")


def test_a_students_own_style_neither_changes_a_picture_nor_is_changed_by_it(displayed):
    plain, _ = displayed(pictures.receptive_fields)
    with matplotlib.rc_context({"text.color": "white", "axes.facecolor": "black", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        styled, _ = displayed(pictures.receptive_fields)
        assert dict(matplotlib.rcParams) == before
    assert styled == plain


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({}, "output 4×5"),
        ({"stride": 2}, "output 2×3"),
        ({"padding": "same"}, "output 6×7"),
        ({"stride": 2, "padding": "same"}, "output 3×4"),
        ({"kernel": (1, 7), "stride": (5, 1)}, "output 2×1"),
    ],
)
def test_the_windows_title_names_the_output_size(arguments, shown, figures):
    pictures.window_positions(**arguments)
    ((figure, _),) = figures
    assert any(shown in text for text in texts(figure))


def test_there_is_one_dot_for_each_output_number(figures):
    pictures.window_positions(6, 7, 3, 2, "same")
    ((figure, _),) = figures
    (dots,) = figure.axes[0].collections
    assert len(dots.get_offsets()) == 3 * 4


def test_the_pictures_numbers_are_those_of_the_net_of_28_by_28(figures):
    pictures.parameters_and_activations()
    ((figure, alt),) = figures
    expected = {"320", "18,496", "36,928", "55,744", "30,976", "576", "15,860,224", "295,424"}
    assert expected <= set(texts(figure))
    assert "22×22 × 64" in texts(figure) and "3×3 × 64" in texts(figure)
    assert "55,744" in alt and "30,976 / 576" in alt


def test_receptive_fields_are_those_of_chains_with_and_without_pooling(figures):
    pictures.receptive_fields(layers=3)
    ((_, alt),) = figures
    assert "3, 5, 7 pixels" in alt and "3, 8, 18." in alt


def test_the_global_maximum_stays_when_the_cross_moves(figures):
    pictures.shift_and_filter((0, 0), (9, 3))
    ((_, alt),) = figures
    assert "5 before and 5 after" in alt


def test_a_patch_times_a_kernel_gives_the_sum_of_products(figures):
    pictures.patch_times_kernel(np.arange(12).reshape(3, 4), [[1, 2], [3, 4]], 1, 2)
    ((figure, alt),) = figures
    assert alt.endswith(f"{6 * 1 + 7 * 2 + 10 * 3 + 11 * 4}.")
    assert {"6", "14", "30", "44", "94"} <= set(texts(figure))


def test_the_edge_answers_where_the_step_is(figures):
    pictures.edge_response()
    ((figure, _),) = figures
    response = figure.axes[4].images[0].get_array()
    np.testing.assert_array_equal(response, np.tile([0, 0, 4, 4, 0, 0], (4, 1)))


def test_pooling_by_maximum_keeps_every_peak(figures):
    pictures.pooling_comparison()
    ((figure, _),) = figures
    captions = [axes.get_xlabel() for axes in figure.axes[1:]]
    assert [caption.split(" peaks")[0] for caption in captions] == ["4 of 4", "0 of 4", "1 of 4"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pictures.patch_times_kernel(row=4), "row in 0..3"),
        (lambda: pictures.patch_times_kernel(MAP[None]), "image2d is not a plane"),
        (lambda: pictures.window_positions(padding="full"), "'valid' or 'same'"),
        (lambda: pictures.window_positions(kernel=8), "larger than the picture"),
        (lambda: pictures.window_positions(stride=0), "stride at least 1"),
        (lambda: pictures.window_positions_grid(strides=()), "at least one stride"),
        (lambda: pictures.receptive_fields(0), r"layers in 1\.\.6"),
        (lambda: pictures.pooling_comparison(MAP[:3]), "even height and width"),
        (lambda: pictures.shift_and_filter(first=(0, 10)), r"rows and columns in 0\.\.9"),
        (lambda: pictures.dense_against_convolution(kernel=6), "kernel < side"),
        (lambda: pictures.parameters_and_activations(side=9), "too small for this net"),
        (lambda: pictures.edge_response(MAP, np.ones((5, 2))), "kernel is larger"),
        (lambda: pictures.feature_map_stack(np.zeros(3)), "not a picture"),
        (lambda: pictures.pooled_maps(np.zeros(3), MAP), "feature_map is not a feature map"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_can(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# compare ---------------------------------------------------------------------------------------------


def marks(figure: Figure) -> list[tuple[int, tuple[float, float]]]:
    """Of every box around a first wrong position: its panel, and the row and column of its middle."""
    found = []
    for number, axes in enumerate(figure.axes):
        for patch in axes.patches:
            if isinstance(patch, Rectangle) and patch.get_gid() == FIRST_WRONG:
                column, row = patch.get_x() + patch.get_width() / 2, patch.get_y() + patch.get_height() / 2
                found.append((number, (row, column)))
    return found


def test_the_first_wrong_position_is_marked_in_all_three_panels():
    got = MAP.copy()
    got[2, 3] += 1
    got[3, 0] += 1
    figure = pictures.compare(MAP, got, title="a map")
    assert marks(figure) == [(0, (2, 3)), (1, (2, 3)), (2, (2, 3))]
    assert any("[2, 3]" in text for text in texts(figure))


def test_a_colour_means_the_same_number_in_got_and_expected():
    """An answer below the least expected value is not painted like it."""
    figure = pictures.compare([[0.0, 4.0]], [[-1.0, 0.0]], title="below")
    ranges = [(axes.images[0].norm.vmin, axes.images[0].norm.vmax) for axes in figure.axes[:2]]
    assert ranges == [(-1, 4), (-1, 4)]


def test_what_is_not_finite_does_not_stretch_the_colours():
    figure = pictures.compare([[0.0, 4.0]], [[np.inf, np.nan]], title="not finite")
    assert (figure.axes[1].images[0].norm.vmin, figure.axes[1].images[0].norm.vmax) == (0, 4)


def test_the_input_stands_on_the_left():
    figure = pictures.compare(MAP, -MAP, title="a map", given=("x[:, :, 0]", [[7, 8], [9, 6]]))
    assert [axes.get_title() for axes in figure.axes] == ["x[:, :, 0]", "expected", "got", "got - expected"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["7", "8", "9", "6"]


def test_equal_maps_bear_no_mark():
    figure = pictures.compare(MAP, MAP + 1e-6, title="a map")
    assert (len(figure.axes), marks(figure)) == (3, [])


def test_a_wrong_position_in_a_late_channel_gets_a_row():
    expected = np.zeros((4, 5, 6))
    got = expected.copy()
    got[1, 2, 5] = 3
    figure = pictures.compare(expected, got, title="channels")
    assert len(figure.axes) == 9
    assert marks(figure) == [(6, (1, 2)), (7, (1, 2)), (8, (1, 2))]


def test_a_picture_is_shown_in_colour_in_one_row():
    expected = np.asarray(CAT)
    got = expected[:, ::-1]
    figure = pictures.compare(expected, got, title="mirror image", tolerance=1)
    assert len(figure.axes) == 3
    wrong = pictures.first_wrong(expected, got, tolerance=1)
    assert wrong is not None and {place for _, place in marks(figure)} == {wrong[:2]}


def test_numbers_stand_in_the_cells_of_small_maps_only():
    small, large = np.full((12, 12), 7), np.full((13, 4), 7)
    assert texts(pictures.compare(small, small, title="small")).count("7") == 2 * 144
    assert texts(pictures.compare(large, large, title="large")).count("7") == 0


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (MAP[:2], "shape (2, 6)"),
        (MAP[..., None], "shape (4, 6, 1)"),
        (np.arange(3), "shape (3,)"),
        (None, "NoneType"),
        (3.5, "float"),
        ([[1, 2], [3]], "list"),
        (np.zeros((0, 6)), "shape (0, 6)"),
        (MAP * 1j, "complex128"),
    ],
)
def test_an_answer_of_another_shape_is_named_and_has_no_difference(got, said):
    figure = pictures.compare(MAP, got, title="shapes")
    assert len(figure.axes) == 2
    assert marks(figure) == []
    title = figure.axes[1].get_title()
    assert said in title and "shape (4, 6)" in title


def test_a_difference_of_ones_own_decides_what_is_wrong():
    difference = np.zeros_like(MAP)
    difference[0, 5] = 1
    figure = pictures.compare(MAP, MAP, title="masked", difference=difference)
    assert {place for _, place in marks(figure)} == {(0, 5)}


@pytest.mark.parametrize("wrong", [np.nan, -np.inf, 1e30])
def test_what_is_not_a_finite_number_is_wrong_and_drawn_without_a_warning(wrong, displayed):
    got = MAP.copy()
    got[1, 1] = wrong
    assert pictures.first_wrong(MAP, got) == (1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        displayed(lambda: style.show(pictures.compare(MAP, got, title="not a number"), "a map with a hole"))


maps = arrays.arrays(np.float64, arrays.array_shapes(min_dims=1, max_dims=3, max_side=4), elements=st.floats(-9, 9))


@given(maps, st.data())
@settings(max_examples=30)
def test_the_first_wrong_position_is_the_first_that_was_changed(expected, data):
    changed = sorted(data.draw(st.sets(st.integers(0, expected.size - 1), min_size=1)))
    got = expected.copy()
    got.flat[changed] += 1
    assert pictures.first_wrong(expected, expected) is None
    assert pictures.first_wrong(expected, got) == np.unravel_index(changed[0], expected.shape)


def test_nothing_is_drawn_while_a_notebook_is_graded(
    monkeypatch: pytest.MonkeyPatch, figures: list[tuple[Figure, str]]
) -> None:
    monkeypatch.setenv("AUTOGRADER_SEED", "1")
    pictures.receptive_fields(layers=3)
    assert figures == []
