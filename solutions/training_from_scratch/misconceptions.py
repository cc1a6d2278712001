"""Wrong answers to the exercises of `training_from_scratch`, each with the sentence that its student should read.

M084 to M164 are those of the course's specification; MA.. were found on the way, MC.. are right letters in a form that
was not asked for. A hidden experiment that lets one of them through is broken.
"""

import io
import os
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps

from autograder.grading.catalogue import misconception
from autograder.values import GUARD

# This file is also read where nothing is run, so that TensorFlow is imported in the functions that need it.


def _tf():
    import tensorflow

    return tensorflow


# ---------------------------------------------------------------- split_files

PARTS = ("train", "validation", "test")
COUNTS, DISJOINT = "counts per class", "disjoint and taken from names"
REPEATABLE, SPLIT_ERRORS = "repeatable, order-independent, seed matters", "errors, purity"


def _refuse_split(names, sizes):
    if len(sizes) != 3 or min(sizes) < 0 or len(set(names)) < len(names):
        raise ValueError("sizes or names")


def _classes(names):
    found = {}
    for name in names:
        found.setdefault(name.split(".")[0], []).append(name)
    return found


def _refuse_few(members, sizes):
    if len(members) < sum(sizes):
        raise ValueError("too few files")


def _cut(members, sizes):
    ends = np.cumsum([0, *sizes])
    return {part: members[ends[i] : ends[i + 1]] for i, part in enumerate(PARTS)}


def _split(names, sizes, seed, order=sorted, shuffle=None, refuse=_refuse_few, cut=_cut):
    """split_files with a part exchanged."""
    _refuse_split(names, sizes)
    shuffle = shuffle or np.random.default_rng(seed).permutation
    split = {part: [] for part in PARTS}
    for members in _classes(order(names)).values():
        refuse(members, sizes)
        for part, found in cut(list(shuffle(members)), sizes).items():
            split[part] += [str(name) for name in found]
    return split


@misconception("M084", exercise="split_files", facet=COUNTS)
def takes_sizes_as_totals(names, sizes, seed):
    """One class is over- or under-represented in your sets."""
    classes = len(_classes(names))
    shares = [[size // classes + (number < size % classes) for size in sizes] for number in range(classes)]
    rest = iter(shares)
    return _split(names, sizes, seed, cut=lambda members, _: _cut(members, next(rest)))


@misconception("M085", exercise="split_files", facet=DISJOINT)
def draws_three_times(names, sizes, seed):
    """The same picture occurs in two of your sets."""
    rng = np.random.default_rng(seed)
    cut = lambda members, sizes: {  # noqa: E731
        part: rng.choice(members, size, replace=False) for part, size in zip(PARTS, sizes, strict=True)
    }
    return _split(names, sizes, seed, cut=cut)


@misconception("MA01", exercise="split_files", facet=DISJOINT)
def draws_a_name_more_than_once(names, sizes, seed):
    """The same picture occurs more than once in your sets."""
    rng = np.random.default_rng(seed)
    return _split(names, sizes, seed, shuffle=lambda members: rng.choice(members, len(members)))


@misconception("M086", exercise="split_files", facet=REPEATABLE)
def takes_the_first_files(names, sizes, seed):
    """Another seed gives the same split."""
    return _split(names, sizes, seed, shuffle=list)


@misconception("M087", exercise="split_files", facet=REPEATABLE)
def does_not_sort_first(names, sizes, seed):
    """The same files in another order give another split: sort them first, also what comes out of a set."""
    return _split(names, sizes, seed, order=list)


@misconception("MA02", exercise="split_files", facet=REPEATABLE)
def draws_anew_in_each_call(names, sizes, seed):
    """The same seed gives another split each time."""
    return _split(names, sizes, None)


@misconception("M088", exercise="split_files", facet=SPLIT_ERRORS)
def reseeds_numpy(names, sizes, seed):
    """Your function disturbs the random numbers of the notebook."""
    np.random.seed(seed)
    return _split(names, sizes, seed, shuffle=np.random.permutation)


@misconception("MA03", exercise="split_files", facet=SPLIT_ERRORS)
def reseeds_python(names, sizes, seed):
    """Your function disturbs the random numbers of the notebook."""
    random.seed(seed)
    return _split(names, sizes, seed, shuffle=lambda members: random.sample(members, len(members)))


@misconception("M089", exercise="split_files", facet=COUNTS)
def mixes_the_classes_before_cutting(names, sizes, seed):
    """Your sets are not balanced."""
    _refuse_split(names, sizes)
    classes = _classes(names)
    for members in classes.values():
        _refuse_few(members, sizes)
    mixed = np.random.default_rng(seed).permutation(sorted(names)).tolist()
    return _cut(mixed, [size * len(classes) for size in sizes])


@misconception("MA04", exercise="split_files", facet=COUNTS)
def takes_the_class_by_its_beginning(names, sizes, seed):
    """Two of your classes get mixed up: read the text up to the first dot, all of it."""
    _refuse_split(names, sizes)
    renamed = {f"{name[:3]}.{name}": name for name in names}
    split = _split(list(renamed), sizes, seed)
    return {part: [renamed[name] for name in found] for part, found in split.items()}


@misconception("MA05", exercise="split_files", facet=COUNTS)
def gives_the_rest_to_the_test_set(names, sizes, seed):
    """Names that are left over have found their way into a set."""
    cut = lambda members, sizes: _cut(members, [*sizes[:2], len(members)])  # noqa: E731
    return _split(names, sizes, seed, cut=cut)


@misconception("M090", exercise="split_files", facet=SPLIT_ERRORS)
def makes_short_sets_without_a_word(names, sizes, seed):
    """A set is smaller than asked for, and nobody is told."""
    return _split(names, sizes, seed, refuse=lambda members, sizes: None)


@misconception("MA06", exercise="split_files", facet=SPLIT_ERRORS)
def does_not_look_for_doubles(names, sizes, seed):
    """A name that is given twice can end in two sets, and nobody is told."""
    if len(sizes) != 3 or min(sizes) < 0:
        raise ValueError("sizes")
    split = {part: [] for part in PARTS}
    rng = np.random.default_rng(seed)
    for members in _classes(sorted(names)).values():
        _refuse_few(members, sizes)
        for part, found in _cut(rng.permutation(members).tolist(), sizes).items():
            split[part] += found
    return split


@misconception("MA07", exercise="split_files", facet=SPLIT_ERRORS)
def lets_negative_sizes_pass(names, sizes, seed):
    """A negative size passes unnoticed."""
    if len(sizes) != 3:
        raise ValueError("sizes")
    return _split(names, [max(size, 0) for size in sizes], seed)


@misconception("M091", exercise="split_files", facet=SPLIT_ERRORS)
def sorts_the_callers_list(names, sizes, seed):
    """The list of names is in another order after the call."""
    names.sort()
    return _split(names, sizes, seed)


@misconception("MA08", exercise="split_files", facet=REPEATABLE)
def draws_by_hash(names, sizes, seed):
    """Tomorrow your sets are others: in each new Python process, `hash` of a text is another number."""
    return _split(names, sizes, seed, shuffle=lambda members: sorted(members, key=lambda name: hash((name, seed))))


@misconception("MA09", exercise="split_files", facet=REPEATABLE)
def mixes_what_comes_out_of_a_set(names, sizes, seed):
    """The same files in another order give another split: sort them first, also what comes out of a set."""
    return _split(names, sizes, seed, order=lambda names: list(set(names)))


@misconception("MA10", exercise="split_files", facet=(REPEATABLE, SPLIT_ERRORS))
def mixes_the_callers_list(names, sizes, seed):
    """You mix the list that was handed over: it is another one after the call, and its order decides what comes out."""
    _refuse_split(names, sizes)
    random.Random(seed).shuffle(names)
    return _split(names, sizes, seed, order=list, shuffle=list)


@misconception("MA11", exercise="split_files", facet=SPLIT_ERRORS)
def takes_any_number_of_sizes(names, sizes, seed):
    """Two sizes, or four, pass unnoticed."""
    return _split(names, ([*sizes, 0, 0, 0])[:3], seed)


@misconception("MA12", exercise="split_files", facet=COUNTS)
def counts_the_dots_from_the_end(names, sizes, seed):
    """A name can have more than two dots; its class ends at the first."""
    _refuse_split(names, sizes)
    renamed = {f"{name.rsplit('.', 2)[0].replace('.', '-')}.{name}": name for name in names}
    split = _split(list(renamed), sizes, seed)
    return {part: [renamed[name] for name in found] for part, found in split.items()}


@misconception("MA13", exercise="split_files", facet=COUNTS)
def counts_the_test_set_from_the_end(names, sizes, seed):
    """A size of 0 gives you everything: what does `[-0:]` mean?"""
    cut = lambda members, sizes: {**_cut(members, sizes), "test": members[-sizes[2] :]}  # noqa: E731
    return _split(names, sizes, seed, cut=cut)


# ---------------------------------------------------------------- decode_image

VALUES, MODES, NON_SQUARE, EXIF = (
    "values RGB and scale",
    "modes grey, palette, RGBA",
    "height, width and the whole picture",
    "EXIF",
)
DECODE_ERRORS = "dtype, errors"


def _open(data):
    return Image.open(io.BytesIO(data))


def _upright(image):
    return ImageOps.exif_transpose(image)


def _resized(image, size):
    return image.resize(size[::-1], Image.Resampling.BILINEAR)


def _scaled(image):
    return np.asarray(image, np.float32) / 255


def _decode(data, size, turn=_upright, convert=lambda image: image.convert("RGB"), fit=_resized, scale=_scaled):
    """decode_image with a step exchanged."""
    if min(size) < 1:
        raise ValueError("size")
    try:
        image = convert(turn(_open(data)))
        image.load()
    except OSError as error:
        raise ValueError("no picture") from error
    return scale(fit(image, size))


@misconception("M092", exercise="decode_image", facet=NON_SQUARE)
def counts_the_height_first_in_pillow(data, size):
    """Your pictures have height and width exchanged: who counts which side first?"""
    return _decode(data, size, fit=lambda image, size: _resized(image, size[::-1]))


@misconception("M093", exercise="decode_image", facet=NON_SQUARE)
def exchanges_the_axes_of_the_array(data, size):
    """The picture lies on its side."""
    return _decode(data, size, scale=lambda image: _scaled(image).transpose(1, 0, 2))


@misconception("MA01", exercise="decode_image", facet=NON_SQUARE)
def exchanges_the_sides_and_then_the_axes(data, size):
    """The picture lies on its side, squeezed into the right shape."""
    return _decode(
        data,
        size,
        fit=lambda image, size: _resized(image, size[::-1]),
        scale=lambda image: _scaled(image).transpose(1, 0, 2),
    )


@misconception("MA02", exercise="decode_image", facet=NON_SQUARE)
def reshapes_to_the_size(data, size):
    """The rows of your picture are cut at the wrong places: it looks smeared."""
    return _decode(
        data,
        size,
        fit=lambda image, size: _resized(image, size[::-1]),
        scale=lambda image: _scaled(image).reshape(*size, 3),
    )


@misconception("M094", exercise="decode_image", facet=EXIF)
def ignores_the_orientation(data, size):
    """Photographs from a phone come out turned."""
    return _decode(data, size, turn=lambda image: image)


@misconception("MA04", exercise="decode_image", facet=EXIF)
def turns_but_does_not_mirror(data, size):
    """Some pictures come out mirrored: the EXIF orientation can tell of a mirroring, too."""

    def turn(image):
        turns = {3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90}
        return image.rotate(turns.get(image.getexif().get(0x0112, 1), 0), expand=True)

    return _decode(data, size, turn=turn)


@misconception("MA05", exercise="decode_image", facet=EXIF)
def turns_the_other_way(data, size):
    """Some pictures stand on their heads."""

    def turn(image):
        orientation = image.getexif().get(0x0112, 1)
        return _upright(image).rotate(180) if orientation in (6, 8) else _upright(image)

    return _decode(data, size, turn=turn)


@misconception("M095", exercise="decode_image", facet=EXIF)
def turns_after_resizing(data, size):
    """Turned pictures get the wrong shape: the order of steps matters."""

    def fit(image, size):
        resized = _resized(image, size)
        resized.getexif()[0x0112] = image.getexif().get(0x0112, 1)
        return _upright(resized)

    return _decode(data, size, turn=lambda image: image, fit=fit)


@misconception("M096", exercise="decode_image", facet=VALUES)
def does_not_divide(data, size):
    """Your pixels are not in the asked range."""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32))


@misconception("M097", exercise="decode_image", facet=VALUES)
def divides_by_the_maximum(data, size):
    """A dark picture comes out bright: your scale depends on the picture."""
    return _decode(data, size, scale=lambda image: _scaled(image) / max(_scaled(image).max(), 1e-3))


@misconception("MA06", exercise="decode_image", facet=VALUES)
def stretches_to_the_whole_range(data, size):
    """Your darkest pixel is always black and your brightest white, whatever the picture shows."""
    return _decode(data, size, scale=lambda image: (_scaled(image) - _scaled(image).min()) / np.ptp(_scaled(image)))


@misconception("M098", exercise="decode_image", facet=VALUES)
def scales_to_minus_one(data, size):
    """Half of your values are below zero."""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32) / np.float32(127.5) - 1)


@misconception("MA07", exercise="decode_image", facet=VALUES)
def divides_by_256(data, size):
    """White is not 1 in your pictures: what is the greatest value of a byte?"""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32) / 256)


@misconception("MA08", exercise="decode_image", facet=(VALUES, NON_SQUARE))
def divides_bytes_without_a_rest(data, size):
    """Nearly all your pixels are 0: a division of whole numbers drops what comes after the point."""
    return _decode(data, size, scale=lambda image: (np.asarray(image) // 255).astype("float32"))


@misconception("M099", exercise="decode_image", facet=MODES)
def leaves_grey_with_one_channel(data, size):
    """A grey picture must have as many channels as a coloured one."""

    def convert(image):
        return image.convert("L") if image.mode in ("L", "LA", "1") else image.convert("RGB")

    def scale(image):
        values = _scaled(image)
        return values[:, :, None] if values.ndim == 2 else values

    return _decode(data, size, convert=convert, scale=scale)


@misconception("MA09", exercise="decode_image", facet=MODES)
def leaves_grey_without_channels(data, size):
    """A grey picture must have as many channels as a coloured one."""
    convert = lambda image: image.convert("L" if image.mode in ("L", "LA", "1") else "RGB")  # noqa: E731
    return _decode(data, size, convert=convert)


@misconception("M100", exercise="decode_image", facet=MODES)
def reads_numbers_of_colours_as_grey(data, size):
    """In some files a pixel is the number of a colour, not the colour itself."""

    def convert(image):
        return Image.fromarray(np.asarray(image)).convert("RGB") if image.mode == "P" else image.convert("RGB")

    return _decode(data, size, convert=convert)


@misconception("M101", exercise="decode_image", facet=MODES)
def keeps_the_fourth_channel(data, size):
    """Your picture has a channel that is no colour."""
    return _decode(data, size, convert=lambda image: image if image.mode == "RGBA" else image.convert("RGB"))


def _laid_on(ground):
    def convert(image):
        if image.mode not in ("RGBA", "LA"):
            return image.convert("RGB")
        below = Image.new("RGBA", image.size, (ground, ground, ground, 255))
        return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")

    return convert


@misconception("M102", exercise="decode_image", facet=MODES)
def lays_transparent_pictures_on_white(data, size):
    """The colours of transparent pixels change in your answer."""
    return _decode(data, size, convert=_laid_on(255))


@misconception("MA10", exercise="decode_image", facet=MODES)
def multiplies_by_alpha(data, size):
    """The colours of transparent pixels change in your answer."""
    return _decode(data, size, convert=_laid_on(0))


@misconception("MA11", exercise="decode_image", facet=MODES)
def resizes_before_it_converts(data, size):
    """Under transparent pixels the colours are lost while you resize: the order of steps matters."""
    convert = lambda image: _resized(image, size).convert("RGB") if image.mode == "RGBA" else image.convert("RGB")  # noqa: E731
    return _decode(data, size, convert=convert)


@misconception("MA12", exercise="decode_image", facet=MODES)
def cuts_channels_instead_of_converting(data, size):
    """Not every picture has red, green and blue in its first three channels."""

    def scale(image):
        values = np.asarray(image, np.float32) / 255
        values = np.repeat(values[:, :, None], 3, axis=2) if values.ndim == 2 else values
        return values[:, :, :3]

    return _decode(data, size, convert=lambda image: image, scale=scale)


@misconception("MA13", exercise="decode_image", facet=VALUES)
def makes_everything_grey(data, size):
    """All colours are gone from your pictures."""
    return _decode(data, size, convert=lambda image: image.convert("L").convert("RGB"))


@misconception("M103", exercise="decode_image", facet=VALUES)
def puts_blue_first(data, size):
    """Red and blue are exchanged."""
    return _decode(data, size, scale=lambda image: _scaled(image)[:, :, ::-1])


@misconception("MA14", exercise="decode_image", facet=VALUES)
def puts_channels_first(data, size):
    """The channels stand on the wrong axis: height, width, channels is the order here."""
    return _decode(data, size, scale=lambda image: _scaled(image).transpose(2, 0, 1))


@misconception("M104", exercise="decode_image", facet=DECODE_ERRORS)
def returns_float64(data, size):
    """The last step decides the dtype of your pictures: look at it."""
    return _decode(data, size, scale=lambda image: np.asarray(image) / 255)


@misconception("M105", exercise="decode_image", facet=DECODE_ERRORS)
def lets_pillows_error_through(data, size):
    """A broken file ends in another kind of error than asked for."""
    if min(size) < 1:
        raise ValueError("size")
    return _scaled(_resized(_upright(_open(data)).convert("RGB"), size))


@misconception("MA15", exercise="decode_image", facet=DECODE_ERRORS)
def watches_only_the_opening(data, size):
    """Half a file ends in another kind of error than asked for: when are the pixels read?"""
    if min(size) < 1:
        raise ValueError("size")
    try:
        image = _open(data)
    except OSError as error:
        raise ValueError("no picture") from error
    return _scaled(_resized(_upright(image).convert("RGB"), size))


@misconception("MA16", exercise="decode_image", facet=DECODE_ERRORS)
def takes_the_half_of_a_file(data, size):
    """Half a file gives a picture, and nobody is told."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _decode(data, size)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@misconception("M106", exercise="decode_image", facet=NON_SQUARE)
def cuts_to_keep_the_aspect_ratio(data, size):
    """Parts of the picture are missing or a border has been added."""
    return _decode(data, size, fit=lambda image, size: ImageOps.fit(image, size[::-1]))


@misconception("MA17", exercise="decode_image", facet=NON_SQUARE)
def frames_to_keep_the_aspect_ratio(data, size):
    """Parts of the picture are missing or a border has been added."""
    return _decode(data, size, fit=lambda image, size: ImageOps.pad(image, size[::-1]))


@misconception("MA18", exercise="decode_image", facet=NON_SQUARE)
def makes_thumbnails(data, size):
    """Your pictures are not of the size that was asked for."""

    def fit(image, size):
        image.thumbnail(size[::-1])
        return image

    return _decode(data, size, fit=fit)


@misconception("MA19", exercise="decode_image", facet=DECODE_ERRORS)
def returns_a_tensor(data, size):
    """A numpy array is asked for; `tf.convert_to_tensor` or `tf.image` gives a tensor."""
    return _tf().constant(_decode(data, size))


@misconception("MA20", exercise="decode_image", facet=DECODE_ERRORS)
def takes_any_size(data, size):
    """A side of 0 pixels passes unnoticed."""
    return _decode(data, [max(side, 1) for side in size])


@misconception("MA21", exercise="decode_image", facet=GUARD)
def turns_only_what_is_coloured(data, size):
    """A grey picture that the camera has turned stays turned: is the orientation still there when you look for it?"""
    return _decode(data, size, turn=lambda image: image if image.mode in ("L", "LA", "P") else _upright(image))


# ---------------------------------------------------------------- make_dataset

SPEC, DECODED, EVERY_FILE, SHUFFLING, LAZY = (
    "shapes, dtypes, static spec",
    "pictures decoded as in A2.2",
    "every file once, order, partial batch",
    "shuffling with right labels",
    "lazy, errors",
)


def _refuse_lists(paths, labels, batch_size):
    if len(paths) != len(labels) or not len(paths) or batch_size < 1:
        raise ValueError("paths and labels")


def _file(path, size):
    return _decode(Path(os.fsdecode(path)).read_bytes(), size)


def _pairs(paths, labels):
    return _tf().data.Dataset.from_tensor_slices(([str(path) for path in paths], np.asarray(labels, np.float32)))


def _loaded(pairs, size, shape=True):
    def load(path, label):
        picture = _tf().numpy_function(lambda path: _file(path, size), [path], _tf().float32)
        return _tf().ensure_shape(picture, (*size, 3)) if shape else picture, label

    return _mapped(pairs, load)


def _mapped(dataset, load):
    """AutoGraph, which rewrites Python for TensorFlow, has nothing to do here and takes longer than the work."""
    return dataset.map(_tf().autograph.experimental.do_not_convert(load))


def _dataset(paths, labels, size, batch_size, shuffle, seed, mix=None, refuse=_refuse_lists):
    """make_dataset, right but for what is handed in."""
    refuse(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    if shuffle:
        pairs = mix(pairs) if mix else pairs.shuffle(len(paths), seed=seed)
    return _loaded(pairs, size).batch(batch_size)


@misconception("M107", exercise="make_dataset", facet=EVERY_FILE)
def drops_the_last_batch(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Some files never appear."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs, size).batch(batch_size, drop_remainder=True)


@misconception("M108", exercise="make_dataset", facet=EVERY_FILE)
def repeats_without_end(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your dataset does not come to an end."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed).repeat()


@misconception("MA01", exercise="make_dataset", facet=EVERY_FILE)
def repeats_before_the_batches(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your dataset does not come to an end."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs.repeat(), size).batch(batch_size)


@misconception("M109", exercise="make_dataset", facet=SHUFFLING)
def shuffles_batches(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The same pictures are together in a batch in every epoch: what do you shuffle?"""
    batches = _dataset(paths, labels, size, batch_size, False, seed)
    return batches.shuffle(len(paths), seed=seed) if shuffle else batches


@misconception("M110", exercise="make_dataset", facet=SHUFFLING)
def shuffles_in_a_small_buffer(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your shuffled order is still almost sorted."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=lambda p: p.shuffle(batch_size, seed=seed))


@misconception("M111", exercise="make_dataset", facet=SHUFFLING)
def shuffles_pictures_and_labels_apart(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Pictures have got the labels of others."""
    _refuse_lists(paths, labels, batch_size)
    files = _tf().data.Dataset.from_tensor_slices([str(path) for path in paths])
    answers = _tf().data.Dataset.from_tensor_slices(np.asarray(labels, np.float32))
    if shuffle:
        files = files.shuffle(len(paths), seed=seed)
        answers = answers.shuffle(len(paths), seed=None if seed is None else seed + 1)
    return _loaded(_tf().data.Dataset.zip((files, answers)), size).batch(batch_size)


@misconception("MA02", exercise="make_dataset", facet=SHUFFLING)
def shuffles_the_pictures_only(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Pictures have got the labels of others."""
    _refuse_lists(paths, labels, batch_size)
    files = _tf().data.Dataset.from_tensor_slices([str(path) for path in paths])
    files = files.shuffle(len(paths), seed=seed) if shuffle else files
    answers = _tf().data.Dataset.from_tensor_slices(np.asarray(labels, np.float32))
    return _loaded(_tf().data.Dataset.zip((files, answers)), size).batch(batch_size)


@misconception("M112", exercise="make_dataset", facet=SHUFFLING)
def shuffles_once(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The second epoch repeats the order of the first."""
    mix = lambda pairs: pairs.shuffle(len(paths), seed=seed, reshuffle_each_iteration=False)  # noqa: E731
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=mix)


@misconception("MA03", exercise="make_dataset", facet=SHUFFLING)
def forgets_the_seed(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The same seed gives another order."""
    return _dataset(paths, labels, size, batch_size, shuffle, None)


@misconception("MA04", exercise="make_dataset", facet=SHUFFLING)
def takes_a_seed_of_its_own(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Another seed gives the same order."""
    return _dataset(paths, labels, size, batch_size, shuffle, 7)


@misconception("MA05", exercise="make_dataset", facet=SHUFFLING)
def never_shuffles(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Nothing is shuffled, although somebody asked for it."""
    return _dataset(paths, labels, size, batch_size, False, seed)


@misconception("M113", exercise="make_dataset", facet=EVERY_FILE)
def always_shuffles(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The order changes although nobody asked for it."""
    return _dataset(paths, labels, size, batch_size, True, seed)


@misconception("MA09", exercise="make_dataset", facet=(EVERY_FILE, SHUFFLING))
def shuffles_when_nobody_asks(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your files are shuffled exactly when nobody asked for it."""
    return _dataset(paths, labels, size, batch_size, not shuffle, seed)


@misconception("M114", exercise="make_dataset", facet=SPEC)
def leaves_the_shape_unknown(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Keras cannot see the size of your pictures beforehand."""
    _refuse_lists(paths, labels, batch_size)
    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _loaded(pairs, size, shape=False).batch(batch_size)


@misconception("M115", exercise="make_dataset", facet=SPEC)
def leaves_labels_whole(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your labels are whole numbers; look at the dtype that was asked for."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, _tf().cast(labels, _tf().int64)))


@misconception("MA06", exercise="make_dataset", facet=SPEC)
def makes_a_column_of_labels(paths, labels, size, batch_size, shuffle=False, seed=None):
    """The labels have another form than asked for: one number for each picture, in one row."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, labels[:, None]))


@misconception("MA07", exercise="make_dataset", facet=SPEC)
def leaves_labels_in_float64(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Look at the dtype of the labels."""
    batches = _dataset(paths, labels, size, batch_size, shuffle, seed)
    return _mapped(batches, lambda pictures, labels: (pictures, _tf().cast(labels, _tf().float64)))


@misconception("MA08", exercise="make_dataset", facet=SPEC)
def exchanges_height_and_width(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Height and width have changed places."""
    return _dataset(paths, labels, size[::-1], batch_size, shuffle, seed)


@misconception("M116", exercise="make_dataset", facet=LAZY)
def loads_everything_at_once(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Everything is loaded before the first batch is wanted."""
    _refuse_lists(paths, labels, batch_size)
    pictures = np.stack([_file(path, size) for path in paths])
    dataset = _tf().data.Dataset.from_tensor_slices((pictures, np.asarray(labels, np.float32)))
    return (dataset.shuffle(len(paths), seed=seed) if shuffle else dataset).batch(batch_size)


@misconception("M117", exercise="make_dataset", facet=LAZY)
def stops_at_the_shorter_list(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Two lists of different length pass unnoticed."""
    count = min(len(paths), len(labels))
    return _dataset(paths[:count], labels[:count], size, batch_size, shuffle, seed)


def _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, *, divisor):
    _refuse_lists(paths, labels, batch_size)

    def load(path, label):
        tf = _tf()
        picture = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
        return tf.ensure_shape(tf.image.resize(picture, size) / divisor, (*size, 3)), label

    pairs = _pairs(paths, labels)
    pairs = pairs.shuffle(len(paths), seed=seed) if shuffle else pairs
    return _mapped(pairs, load).batch(batch_size)


@misconception("MA10", exercise="make_dataset", facet=DECODED)
def decodes_by_tensorflow(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Photographs from a phone come out turned: TensorFlow's decoder looks at no EXIF note, `decode_image` does."""
    return _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, divisor=255)


@misconception("MA11", exercise="make_dataset", facet=DECODED)
def hands_out_bytes(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your pictures go up to 255, not to 1, and turned ones stay turned: `decode_image` deals with both."""
    return _by_tensorflow(paths, labels, size, batch_size, shuffle, seed, divisor=1)


@misconception("MA12", exercise="make_dataset", facet=SHUFFLING)
def shuffles_a_hundred(paths, labels, size, batch_size, shuffle=False, seed=None):
    """Your buffer holds a fixed number of files; in a larger set the first batches see the first files only."""
    return _dataset(paths, labels, size, batch_size, shuffle, seed, mix=lambda p: p.shuffle(100, seed=seed))


@misconception("MA13", exercise="make_dataset", facet=LAZY)
def takes_no_files(paths, labels, size, batch_size, shuffle=False, seed=None):
    """A dataset without files passes unnoticed."""

    def refuse(paths, labels, batch_size):
        if len(paths) != len(labels) or batch_size < 1:
            raise ValueError("paths and labels")

    pairs = paths or ["nowhere"], labels or [0]
    return _dataset(*pairs, size, batch_size, shuffle, seed, refuse=refuse)


# ---------------------------------------------------------------- steps_per_epoch, validation_steps

CEIL, VALIDATION, STEP_ERRORS = "ceil/floor, no step", "validation", "errors, type"


def _steps(n_samples, batch_size, drop_remainder, count):
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    steps = count(n_samples, batch_size)
    if drop_remainder:
        steps = n_samples // batch_size
    if steps < 1:
        raise ValueError("no step")
    return steps


def _up(n_samples, batch_size):
    return -(-n_samples // batch_size)


@misconception("M118", exercise="steps_per_epoch", facet=CEIL)
def rounds_down(n_samples, batch_size, drop_remainder=False):
    """The last samples have no step: a short batch is a batch, too."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: n // b)


@misconception("M119", exercise="steps_per_epoch", facet=CEIL)
def always_adds_one(n_samples, batch_size, drop_remainder=False):
    """You count one step too many where the batches come out even."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: n // b + 1)


@misconception("MA01", exercise="steps_per_epoch", facet=CEIL)
def rounds_to_the_nearest(n_samples, batch_size, drop_remainder=False):
    """A last short batch is counted only sometimes."""
    return _steps(n_samples, batch_size, drop_remainder, lambda n, b: max(round(n / b), 1))


@misconception("M120", exercise="steps_per_epoch", facet=CEIL)
def counts_samples(n_samples, batch_size, drop_remainder=False):
    """You count samples; a step is a batch."""
    steps = _steps(n_samples, batch_size, drop_remainder, _up)
    return steps * batch_size if drop_remainder else n_samples


@misconception("MA02", exercise="steps_per_epoch", facet=CEIL)
def always_counts_the_rest(n_samples, batch_size, drop_remainder=False):
    """Nobody asked for the last short batch, and you count it all the same."""
    return _steps(n_samples, batch_size, False, _up)


@misconception("MA05", exercise="steps_per_epoch", facet=CEIL)
def drops_the_rest_when_it_should_stay(n_samples, batch_size, drop_remainder=False):
    """You leave the short last batch out exactly when it should be counted."""
    return _steps(n_samples, batch_size, not drop_remainder, _up)


@misconception("MA06", exercise="steps_per_epoch", replaces="validation_steps", facet=VALIDATION)
def always_adds_one_in_validation(n_samples, batch_size):
    """You count one step too many where the batches come out even."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size + 1


@misconception("MA03", exercise="steps_per_epoch", facet=CEIL)
def lets_nothing_be_an_epoch(n_samples, batch_size, drop_remainder=False):
    """An epoch of 0 steps passes unnoticed."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size if drop_remainder else _up(n_samples, batch_size)


@misconception("M121", exercise="steps_per_epoch", replaces="validation_steps", facet=VALIDATION)
def drops_the_rest_in_validation(n_samples, batch_size):
    """Part of the validation set is not evaluated."""
    if n_samples < 1 or batch_size < 1:
        raise ValueError("numbers")
    return n_samples // batch_size


@misconception("M122", exercise="steps_per_epoch", facet=STEP_ERRORS)
def returns_a_float(n_samples, batch_size, drop_remainder=False):
    """A number of steps is a whole number."""
    return float(_steps(n_samples, batch_size, drop_remainder, _up))


@misconception("MA04", exercise="steps_per_epoch", facet=STEP_ERRORS)
def returns_a_number_of_numpy(n_samples, batch_size, drop_remainder=False):
    """The number is right, its type is not: a plain Python int is asked for."""
    return np.int64(_steps(n_samples, batch_size, drop_remainder, _up))


@misconception("MA07", exercise="steps_per_epoch", facet=STEP_ERRORS)
def lets_every_number_pass(n_samples, batch_size, drop_remainder=False):
    """A number below 1 gets an answer, or ends in another kind of error."""
    steps = n_samples // batch_size if drop_remainder else _up(n_samples, batch_size)
    if drop_remainder and steps == 0:
        raise ValueError("no step")
    return steps


@misconception("MA08", exercise="steps_per_epoch", replaces="validation_steps", facet=STEP_ERRORS)
def lets_every_number_pass_in_validation(n_samples, batch_size):
    """A number below 1 gets an answer, or ends in another kind of error."""
    return _up(n_samples, batch_size)


# ---------------------------------------------------------------- build_convnet

BODY, END, PLACES, NET_ERRORS = (
    "layers and parameter counts",
    "output, loss, optimizer, rate",
    "dropout and augmentation at the right place and only in training",
    "errors, built",
)


def _stages(filters, padding="valid", activation="relu"):
    from keras import layers

    for depth in filters:
        yield layers.Conv2D(depth, 3, padding=padding, activation=activation)
        yield layers.MaxPooling2D(2)


def _dropped(dropout):
    from keras import layers

    return [layers.Dropout(dropout)] if dropout > 0 else []


def _head(dense_units, dropout, last=(1, "sigmoid")):
    from keras import layers

    dense = [layers.Dense(dense_units, activation="relu"), layers.Dense(last[0], activation=last[1])]
    return [layers.Flatten(), *_dropped(dropout), *dense]


def _refuse_net(filters, dropout):
    if not len(filters) or not 0 <= dropout < 1:
        raise ValueError("filters or dropout")


def _compiled(input_shape, steps, augmentation, learning_rate, loss="binary_crossentropy", metrics=("accuracy",)):
    import keras

    inputs = [] if input_shape is None else [keras.Input(input_shape)]
    first = [] if augmentation is None else [augmentation]
    model = keras.Sequential([*inputs, *first, *steps])
    model.compile(keras.optimizers.RMSprop(learning_rate), loss=loss, metrics=list(metrics))
    return model


def _net(
    input_shape,
    filters=(32, 64, 128, 128),
    dense_units=512,
    dropout=0.0,
    augmentation=None,
    learning_rate=1e-4,
    stages=_stages,
    head=_head,
    refuse=_refuse_net,
    **how,
):
    """build_convnet with a part exchanged."""
    refuse(filters, dropout)
    return _compiled(input_shape, [*stages(filters), *head(dense_units, dropout)], augmentation, learning_rate, **how)


@misconception("M123", exercise="build_convnet", facet=END)
def ends_with_two_units(*args, **options):
    """Look at what the last layer says: one probability is wanted."""
    head = lambda units, dropout: _head(units, dropout, last=(2, "softmax"))  # noqa: E731
    return _net(*args, **options, head=head, loss="sparse_categorical_crossentropy")


@misconception("MA01", exercise="build_convnet", facet=END)
def ends_without_a_sigmoid(*args, **options):
    """Look at what the last layer says: a probability lies between 0 and 1."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, dropout, last=(1, None)))


@misconception("M124", exercise="build_convnet", facet=BODY)
def pads(*args, **options):
    """Your maps are larger than in the table."""
    return _net(*args, **options, stages=lambda filters: _stages(filters, padding="same"))


@misconception("M125", exercise="build_convnet", facet=BODY)
def pools_at_the_end_only(*args, **options):
    """Flatten receives far too many values."""

    def stages(filters):
        made = list(_stages(filters))
        return [*made[::2], made[-1]]

    return _net(*args, **options, stages=stages)


@misconception("MA02", exercise="build_convnet", facet=BODY)
def never_pools(*args, **options):
    """Flatten receives far too many values, and nothing makes your maps smaller."""
    return _net(*args, **options, stages=lambda filters: list(_stages(filters))[::2])


@misconception("M126", exercise="build_convnet", facet=BODY)
def averages_instead_of_flattening(*args, **options):
    """Your classifier gets a vector without positions; another net was asked for."""

    def head(units, dropout):
        from keras import layers

        return [layers.GlobalAveragePooling2D(), *_head(units, dropout)[1:]]

    return _net(*args, **options, head=head)


@misconception("M127", exercise="build_convnet", facet=END)
def takes_the_squared_error(*args, **options):
    """The loss does not fit one probability."""
    return _net(*args, **options, loss="mean_squared_error")


@misconception("MA03", exercise="build_convnet", facet=END)
def takes_the_categorical_loss(*args, **options):
    """The loss does not fit one probability: it expects one output for each class."""
    return _net(*args, **options, loss="categorical_crossentropy")


@misconception("M128", exercise="build_convnet", facet=PLACES)
def drops_after_the_dense_layer(*args, **options):
    """Dropout works at another place than asked for."""

    def head(units, dropout):
        flatten, *_, dense, last = _head(units, dropout)
        return [flatten, dense, *_dropped(dropout), last]

    return _net(*args, **options, head=head)


@misconception("MA04", exercise="build_convnet", facet=PLACES)
def drops_pixels(*args, **options):
    """Dropout works at another place than asked for: your network loses pixels."""
    dropout = options.get("dropout", 0.0)

    def stages(filters):
        return [*_dropped(dropout), *_stages(filters)]

    return _net(*args, **options, stages=stages, head=lambda units, _dropout: _head(units, 0.0))


@misconception("M129", exercise="build_convnet", facet=PLACES)
def forgets_the_dropout(*args, **options):
    """Your model answers the same twice in training, although units should fall out."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, 0.0))


@misconception("MA05", exercise="build_convnet", facet=PLACES)
def always_drops_half(*args, **options):
    """Units fall out although nobody asked for it, and always the same share."""
    return _net(*args, **options, head=lambda units, dropout: _head(units, 0.5))


@misconception("M130", exercise="build_convnet", facet=END)
def keeps_the_optimizers_own_rate(*args, **options):
    """The optimizer does not know your learning rate."""
    return _net(*args, **{**options, "learning_rate": 1e-3})


@misconception("MA06", exercise="build_convnet", facet=END)
def takes_another_optimizer(*args, **options):
    """Another optimizer than asked for trains your model."""
    import keras

    model = _net(*args, **options)
    rate = options.get("learning_rate", 1e-4)
    model.compile(keras.optimizers.Adam(rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


@misconception("MA07", exercise="build_convnet", facet=END)
def measures_no_accuracy(*args, **options):
    """Training reports no accuracy, so nobody can draw its curve."""
    return _net(*args, **options, metrics=())


@misconception("M131", exercise="build_convnet", facet=PLACES)
def leaves_the_augmentation_out(*args, **options):
    """The random layer that was handed over is missing in your model."""
    return _net(*args, **{**options, "augmentation": None})


@misconception("MA08", exercise="build_convnet", facet=PLACES)
def augments_after_the_first_convolution(*args, **options):
    """The random layer acts on something else than pictures."""
    layer = options.get("augmentation")

    def stages(filters):
        first, *others = _stages(filters)
        return [first, *([] if layer is None else [layer]), *others]

    return _net(*args, **{**options, "augmentation": None}, stages=stages)


@misconception("M132", exercise="build_convnet", facet=BODY)
def forgets_the_activation(*args, **options):
    """Without a nonlinearity a stack of convolutions is one convolution."""
    return _net(*args, **options, stages=lambda filters: _stages(filters, activation=None))


@misconception("MA09", exercise="build_convnet", facet=BODY)
def rescales_again(*args, **options):
    """Your pictures are divided by 255 a second time."""

    def stages(filters):
        from keras import layers

        return [layers.Rescaling(1 / 255), *_stages(filters)]

    return _net(*args, **options, stages=stages)


@misconception("MA10", exercise="build_convnet", facet=BODY)
def makes_every_stage_equally_deep(*args, **options):
    """Each stage has a depth of its own, and yours are all alike."""
    return _net(*args, **options, stages=lambda filters: _stages([filters[0]] * len(filters)))


@misconception("MA11", exercise="build_convnet", facet=BODY)
def forgets_the_dense_layer(*args, **options):
    """A layer between Flatten and the last one is missing."""

    def head(units, dropout):
        *first, _dense, last = _head(units, dropout)
        return [*first, last]

    return _net(*args, **options, head=head)


@misconception("M133", exercise="build_convnet", facet=NET_ERRORS)
def is_not_built(input_shape, *args, **options):
    """Your model has no weights yet."""
    _net(input_shape, *args, **options)  # refuses what has to be refused
    return _net(None, *args, **options)


@misconception("MA12", exercise="build_convnet", facet=NET_ERRORS)
def lets_every_dropout_pass(*args, **options):
    """A dropout of 1 leaves nothing to learn from, and nobody is told."""

    def refuse(filters, dropout):
        if not len(filters) or not 0 <= dropout <= 1:
            raise ValueError("filters or dropout")

    return _net(*args, **options, refuse=refuse)


@misconception("MA13", exercise="build_convnet", facet=NET_ERRORS)
def builds_a_net_without_convolutions(*args, **options):
    """A convnet without a convolution passes unnoticed."""

    def refuse(filters, dropout):
        _refuse_net([1], dropout)

    return _net(*args, **options, refuse=refuse)


@misconception("MA14", exercise="build_convnet", facet=GUARD)
def pads_where_the_picture_is_too_small(*args, **options):
    """A picture that is too small for so many stages passes unnoticed."""
    try:
        return _net(*args, **options)
    except ValueError:
        return _net(*args, **options, stages=lambda filters: _stages(filters, padding="same"))


@misconception("MA15", exercise="build_convnet", facet=NET_ERRORS)
def stops_where_the_picture_is_too_small(input_shape, filters=(32, 64, 128, 128), *args, **options):
    """A picture that is too small for so many stages passes unnoticed."""
    _refuse_net(filters, options.get("dropout", 0.0))
    height, width, _channels = input_shape
    stages = 0
    while stages < len(filters) and min(height, width) >= 4:
        height, width, stages = (height - 2) // 2, (width - 2) // 2, stages + 1
    return _net(input_shape, filters, *args, **options, stages=lambda filters: _stages(filters[:stages]))


@misconception("MA16", exercise="build_convnet", facet=END)
def calls_the_accuracy_acc(*args, **options):
    """Training reports the accuracy under another name than asked for, and the plots will not find it."""
    return _net(*args, **options, metrics=("acc",))


@misconception("MA17", exercise="build_convnet", facet=NET_ERRORS)
def is_not_built_behind_an_augmentation(input_shape, *args, **options):
    """With an augmentation in front your model has no weights yet: it must know its input first."""
    model = _net(input_shape, *args, **options)
    return model if options.get("augmentation") is None else _net(None, *args, **options)


@misconception("MA18", exercise="build_convnet", facet=GUARD)
def chooses_between_dropout_and_augmentation(*args, **options):
    """Where there is an augmentation, your network forgets the Dropout: both can be asked for."""
    both = options.get("augmentation") is not None
    return _net(*args, **{**options, "dropout": 0.0} if both else options)


# ---------------------------------------------------------------- shift_nearest, flip_horizontal

SHIFT, FLIP, RANK = "shift", "flip", "batches, large shifts, dtype, purity, errors"


def _refuse_rank(x):
    if np.ndim(x) not in (3, 4):
        raise ValueError("axes")


def _shift(x, dy, dx, source=lambda size, d: np.clip(np.arange(size) - d, 0, size - 1)):
    """shift_nearest; `source` says which row or column each one comes from."""
    _refuse_rank(x)
    height, width = x.shape[-3:-1]
    return x[..., source(height, dy), :, :][..., source(width, dx), :]


@misconception("M134", exercise="shift_nearest", facet=SHIFT)
def wraps_around(x, dy, dx):
    """Pixels come back on the other side."""
    return _shift(x, dy, dx, source=lambda size, d: (np.arange(size) - d) % size)


@misconception("M135", exercise="shift_nearest", facet=SHIFT)
def fills_with_zeros(x, dy, dx):
    """The new cells are black."""
    rows, columns = (np.arange(size) - d for size, d in zip(x.shape[-3:-1], (dy, dx), strict=True))
    out = _shift(x, dy, dx)
    out[..., (rows < 0) | (rows >= len(rows)), :, :] = 0
    out[..., (columns < 0) | (columns >= len(columns)), :] = 0
    return out


@misconception("M136", exercise="shift_nearest", facet=SHIFT)
def mirrors_the_border(x, dy, dx):
    """The border is mirrored instead of repeated."""

    def source(size, d):
        there_and_back = np.r_[np.arange(size), np.arange(size)[::-1]]
        return there_and_back[(np.arange(size) - d) % (2 * size)]

    return _shift(x, dy, dx, source=source)


@misconception("MA01", exercise="shift_nearest", facet=SHIFT)
def shifts_the_other_way(x, dy, dx):
    """Your content moves the other way."""
    return _shift(x, -dy, -dx)


@misconception("MA02", exercise="shift_nearest", facet=SHIFT)
def exchanges_the_two_shifts(x, dy, dx):
    """Down and right have changed places."""
    return _shift(x, dx, dy)


@misconception("MA03", exercise="shift_nearest", facet=SHIFT)
def fills_rows_only(x, dy, dx):
    """Above and below the border is repeated; at the sides something else happens."""
    _refuse_rank(x)
    height = x.shape[-3]
    return np.roll(x[..., np.clip(np.arange(height) - dy, 0, height - 1), :, :], dx, axis=-2)


@misconception("M137", exercise="shift_nearest", replaces="flip_horizontal", facet=FLIP)
def flips_upside_down(x):
    """Your mirror lies on the wrong axis."""
    _refuse_rank(x)
    return x[..., ::-1, :, :].copy()


@misconception("M138", exercise="shift_nearest", replaces="flip_horizontal", facet=FLIP)
def flips_the_channels(x):
    """Colours change instead of sides."""
    _refuse_rank(x)
    return x[..., ::-1].copy()


@misconception("MA04", exercise="shift_nearest", replaces="flip_horizontal", facet=FLIP)
def turns_by_half_a_turn(x):
    """Your picture is turned around, not mirrored: compare the top row."""
    _refuse_rank(x)
    return x[..., ::-1, ::-1, :].copy()


@misconception("M139", exercise="shift_nearest", facet=RANK)
def counts_axes_from_the_front(x, dy, dx):
    """With a batch another axis is moved."""
    _refuse_rank(x)
    rows, columns = (np.clip(np.arange(size) - d, 0, size - 1) for size, d in zip(x.shape[:2], (dy, dx), strict=True))
    return x[rows][:, columns]


@misconception("MA05", exercise="shift_nearest", replaces="flip_horizontal", facet=RANK)
def flips_the_second_axis(x):
    """With a batch another axis is mirrored."""
    _refuse_rank(x)
    return x[:, ::-1].copy()


@misconception("M140", exercise="shift_nearest", replaces="flip_horizontal", facet=RANK)
def returns_a_view(x):
    """Writing to the result changes the original."""
    _refuse_rank(x)
    return x[..., ::-1, :]


@misconception("MA06", exercise="shift_nearest", facet=RANK)
def returns_the_picture_itself_if_nothing_moves(x, dy, dx):
    """Writing to the result changes the original, where nothing had to be moved."""
    _refuse_rank(x)
    return x if dy == dx == 0 else _shift(x, dy, dx)


@misconception("M141", exercise="shift_nearest", facet=RANK)
def fails_for_large_shifts(x, dy, dx):
    """A shift wider than the picture has an answer."""
    height, width = x.shape[-3:-1]
    if abs(dy) >= height or abs(dx) >= width:
        raise IndexError("nothing is left")
    return _shift(x, dy, dx)


@misconception("MA07", exercise="shift_nearest", facet=RANK)
def takes_any_rank(x, dy, dx):
    """An array that is neither a picture nor a batch passes unnoticed."""
    height, width = x.shape[-3:-1] if x.ndim > 2 else x.shape
    rows, columns = np.clip(np.arange(height) - dy, 0, height - 1), np.clip(np.arange(width) - dx, 0, width - 1)
    return x[rows][:, columns] if x.ndim == 2 else x[..., rows, :, :][..., columns, :]


@misconception("MA08", exercise="shift_nearest", facet=RANK)
def returns_another_dtype(x, dy, dx):
    """The values are right, the dtype has changed."""
    return _shift(x, dy, dx).astype("float64") if x.dtype != "float64" else _shift(x, dy, dx).astype("float32")


@misconception("MA09", exercise="shift_nearest", facet=GUARD)
def counts_large_shifts_anew(x, dy, dx):
    """A shift wider than the picture leaves the border everywhere; yours begins again behind it."""
    height, width = x.shape[-3:-1] if np.ndim(x) > 2 else (1, 1)
    return _shift(x, int(np.fmod(dy, height)), int(np.fmod(dx, width)))


@misconception("MA10", exercise="shift_nearest", facet=RANK)
def writes_into_the_picture(x, dy, dx):
    """The picture that was handed over has changed: the result is to be a new array."""
    x[...] = _shift(x, dy, dx)
    return x


# ---------------------------------------------------------------- build_augmentation

DEGREES, FRACTIONS, FILL, FRESH, ZERO = (
    "rotation and shear in degrees",
    "shifts, zoom, flip",
    "fill mode on each layer",
    "identity at inference, fresh in training",
    "errors, zero parameters, seed",
)


def _refuse_ranges(rotation_range, shear_range, fractions, fill_mode):
    if not 0 <= rotation_range <= 180 or not 0 <= shear_range <= 45 or not all(0 <= part < 1 for part in fractions):
        raise ValueError("ranges")
    if fill_mode not in ("nearest", "reflect", "constant", "wrap"):
        raise ValueError("fill mode")


def _slope(degrees):
    return float(np.tan(np.radians(degrees)))


def _augment(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=0.1,
    zoom_range=0.1,
    horizontal_flip=True,
    fill_mode="nearest",
    seed=None,
    turn=lambda degrees: degrees / 360,
    slope=_slope,
    shifts=lambda height, width: (height, width),
    zooms=lambda zoom: (zoom, zoom),
    flip="horizontal",
    default_fill="",
    around=lambda steps: steps,
    refuse=_refuse_ranges,
    keep_all=False,
    nothing=None,
):
    """build_augmentation with a part exchanged."""
    import keras
    from keras import layers

    refuse(rotation_range, shear_range, (width_shift_range, height_shift_range, zoom_range), fill_mode)

    def options(number, name):
        fill = {} if name == default_fill else {"fill_mode": fill_mode}
        return {**fill, "seed": None if seed is None else seed + number}

    steps = []
    if horizontal_flip:
        steps.append(layers.RandomFlip(flip, seed=seed))
    if rotation_range or keep_all:
        steps.append(layers.RandomRotation(turn(rotation_range), **options(1, "rotation")))
    if width_shift_range or height_shift_range or keep_all:
        shift = shifts(height_shift_range, width_shift_range)
        steps.append(layers.RandomTranslation(*shift, **options(2, "translation")))
    if shear_range or keep_all:
        steps.append(layers.RandomShear(slope(shear_range), **options(3, "shear")))
    if zoom_range or keep_all:
        steps.append(layers.RandomZoom(*zooms(zoom_range), **options(4, "zoom")))
    return keras.Sequential(around(steps) or ([layers.Identity()] if nothing is None else nothing))


@misconception("M142", exercise="build_augmentation", facet=DEGREES)
def takes_degrees_for_percent(**options):
    """Your pictures turn by up to 72 degrees."""
    return _augment(**options, turn=lambda degrees: degrees / 100)


@misconception("MA23", exercise="build_augmentation", facet=DEGREES)
def hands_degrees_to_the_rotation(**options):
    """Your rotation goes to its layer in degrees, and the layer refuses them; in which unit does it count?"""
    return _augment(**options, turn=lambda degrees: degrees)


@misconception("M143", exercise="build_augmentation", facet=DEGREES)
def turns_in_radians(**options):
    """Your pictures turn much further than the listing says; in which unit does the layer count?"""
    return _augment(**options, turn=lambda degrees: min(float(np.radians(degrees)), 1.0))


@misconception("M144", exercise="build_augmentation", facet=DEGREES)
def takes_a_half_turn_for_a_full_one(**options):
    """Your pictures turn twice as far."""
    return _augment(**options, turn=lambda degrees: degrees / 180)


@misconception("M145", exercise="build_augmentation", facet=DEGREES)
def takes_an_angle_for_a_slope(**options):
    """You hand an angle to a layer that wants a slope."""
    return _augment(**options, slope=lambda degrees: min(degrees, 1.0))


@misconception("MA24", exercise="build_augmentation", facet=DEGREES)
def hands_degrees_to_the_shear(**options):
    """You hand an angle to a layer that wants a slope."""
    return _augment(**options, slope=lambda degrees: degrees)


@misconception("MA01", exercise="build_augmentation", facet=DEGREES)
def shears_in_radians(**options):
    """An angle in radians is not yet a slope: for larger angles the two differ."""
    return _augment(**options, slope=lambda degrees: float(np.radians(degrees)))


@misconception("MA02", exercise="build_augmentation", facet=DEGREES)
def takes_the_tangent_of_degrees(**options):
    """The tangent was given degrees, and numpy counts in radians."""
    return _augment(**options, slope=lambda degrees: min(abs(float(np.tan(degrees))), 1.0))


@misconception("M146", exercise="build_augmentation", facet=DEGREES)
def divides_the_shear_by_a_turn(**options):
    """Shear does not count turns; what is the slope of an angle?"""
    return _augment(**options, slope=lambda degrees: degrees / 360)


@misconception("MA03", exercise="build_augmentation", facet=DEGREES)
def shears_both_axes(**options):
    """Your pictures are sheared along both axes; the listing shears along one."""

    def around(steps):
        from keras import layers

        return [
            layers.RandomShear(max(step.x_factor), max(step.x_factor), fill_mode=step.fill_mode, seed=step.seed)
            if isinstance(step, layers.RandomShear)
            else step
            for step in steps
        ]

    return _augment(**options, around=around)


@misconception("M147", exercise="build_augmentation", facet=FRACTIONS)
def exchanges_the_shifts(**options):
    """The two shifts act on the wrong axes."""
    return _augment(**options, shifts=lambda height, width: (width, height))


@misconception("MA04", exercise="build_augmentation", facet=FRACTIONS)
def shifts_one_way_only(**options):
    """Your pictures are shifted to one side only; the listing goes to both."""
    return _augment(**options, shifts=lambda height, width: ((0.0, height), (0.0, width)))


@misconception("M148", exercise="build_augmentation", facet=FRACTIONS)
def zooms_both_axes_alike(**options):
    """Your zoom never changes the proportions, the listing's does."""
    return _augment(**options, zooms=lambda zoom: (zoom,))


@misconception("MA05", exercise="build_augmentation", facet=(FRACTIONS, FILL))
def zooms_to_factors(**options):
    """Your zoom is counted from 0; the layer counts from the picture's own size."""
    return _augment(**options, zooms=lambda zoom: ((1 - zoom, 1 + zoom), (1 - zoom, 1 + zoom)))


@misconception("M149", exercise="build_augmentation", facet=FILL)
def turns_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="rotation")


@misconception("MA06", exercise="build_augmentation", facet=FILL)
def shifts_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="translation")


@misconception("MA07", exercise="build_augmentation", facet=FILL)
def shears_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="shear")


@misconception("MA08", exercise="build_augmentation", facet=FILL)
def zooms_with_a_mirrored_border(**options):
    """One of your layers still mirrors the border."""
    return _augment(**options, default_fill="zoom")


@misconception("MA09", exercise="build_augmentation", facet=FILL)
def always_fills_with_the_nearest(**options):
    """Whatever fill mode is asked for, you take the same."""
    _augment(**options)  # refuses what has to be refused
    return _augment(**{**options, "fill_mode": "nearest"})


@misconception("MA20", exercise="build_augmentation", facet=ZERO)
def always_flips(**options):
    """Your pictures are mirrored even where no mirroring was asked for."""
    return _augment(**{**options, "horizontal_flip": True})


@misconception("MA21", exercise="build_augmentation", facet=FRACTIONS)
def never_flips(**options):
    """Left and right are never exchanged, although it was asked for."""
    return _augment(**{**options, "horizontal_flip": False})


@misconception("MA22", exercise="build_augmentation", facet=(FRACTIONS, ZERO))
def flips_when_nobody_asks(**options):
    """Your pictures are mirrored exactly when no mirroring was asked for."""
    return _augment(**{**options, "horizontal_flip": not options.get("horizontal_flip", True)})


@misconception("M150", exercise="build_augmentation", facet=FRACTIONS)
def flips_both_ways(**options):
    """Animals stand on their heads."""
    return _augment(**options, flip="horizontal_and_vertical")


@misconception("MA10", exercise="build_augmentation", facet=FRACTIONS)
def flips_vertically(**options):
    """Animals stand on their heads, and left and right are never exchanged."""
    return _augment(**options, flip="vertical")


def _called_otherwise(call, **options):
    """The augmentation, called in another way: `call` gets a function of the training flag, and the flag."""
    import keras

    class Otherwise(keras.Sequential):
        def call(self, pictures, training=None, mask=None):
            return call(lambda flag: super(Otherwise, self).call(pictures, training=flag), training)

    return Otherwise(_augment(**options).layers)


def _repeated(picture, pictures):
    return _tf().repeat(picture, len(pictures), axis=0)


@misconception("M151", exercise="build_augmentation", facet=FRESH)
def augments_in_evaluation(**options):
    """Evaluation sees changed pictures."""
    return _called_otherwise(lambda change, training: change(True), **options)


@misconception("M152", exercise="build_augmentation", facet=FRESH)
def draws_one_change_for_good(**options):
    """The model meets the same pictures again in every epoch."""
    drawn = []

    def call(change, training):
        changed = change(training)
        if not training:
            return changed
        drawn.append(changed[:1])
        return _repeated(drawn[0], changed)

    return _called_otherwise(call, **options)


@misconception("MA11", exercise="build_augmentation", facet=FRESH)
def draws_one_change_for_a_call(**options):
    """All pictures of a batch are changed alike."""

    def call(change, training):
        changed = change(training)
        return _repeated(changed[:1], changed) if training else changed

    return _called_otherwise(call, **options)


@misconception("M153", exercise="build_augmentation", facet=FRESH)
def scales_the_values(**options):
    """Your pipeline changes values, not only places."""

    def around(steps):
        from keras import layers

        return [*steps, layers.Rescaling(1 / 255)]

    return _augment(**options, around=around)


@misconception("MA12", exercise="build_augmentation", facet=FRESH)
def clips_the_values(**options):
    """Your pipeline cuts off values above 1, as if all pictures were scaled already."""
    return _called_otherwise(lambda change, training: _tf().clip_by_value(change(training), 0, 1), **options)


@misconception("M154", exercise="build_augmentation", facet=ZERO)
def makes_layers_that_do_nothing(**options):
    """A layer whose range is 0 does nothing, and is to be left out."""
    return _augment(**options, keep_all=True)


@misconception("MA13", exercise="build_augmentation", facet=ZERO)
def fails_if_nothing_is_left(**options):
    """With everything switched off your function fails; it should give the pictures back unchanged."""
    return _augment(**options, nothing=[])


@misconception("MA14", exercise="build_augmentation", facet=ZERO)
def leaves_the_translation_out_too_early(**options):
    """One shift of 0 takes the other one away."""
    if 0 in (options.get("width_shift_range", 0.1), options.get("height_shift_range", 0.1)):
        _augment(**options)
        options = {**options, "width_shift_range": 0, "height_shift_range": 0}
    return _augment(**options)


@misconception("MA15", exercise="build_augmentation", facet=ZERO)
def leaves_fill_modes_to_keras(**options):
    """An unknown fill mode ends in another kind of error, or in none."""
    refuse = lambda rotation, shear, fractions, _: _refuse_ranges(rotation, shear, fractions, "wrap")  # noqa: E731
    return _augment(**options, refuse=refuse)


@misconception("MA16", exercise="build_augmentation", facet=ZERO)
def checks_the_fill_mode_only_if_it_is_used(**options):
    """An unknown fill mode passes unnoticed where no layer uses it."""
    ranges = ("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range")
    used = any(options.get(name, 1) for name in ranges)
    return _augment(**options if used else {**options, "fill_mode": "nearest"})


@misconception("MA17", exercise="build_augmentation", facet=ZERO)
def checks_no_range(**options):
    """A range beyond all limits passes unnoticed, or ends in an error of the layer."""
    return _augment(**options, refuse=lambda *ranges: _refuse_ranges(0, 0, (), ranges[-1]))


@misconception("MA18", exercise="build_augmentation", facet=ZERO)
def augments_without_the_seed(**options):
    """The same seed gives other changes."""
    return _augment(**{**options, "seed": None})


@misconception("MA19", exercise="build_augmentation", facet=ZERO)
def augments_with_its_own_seed(**options):
    """Another seed gives the same changes."""
    return _augment(**{**options, "seed": 7})


@misconception("MA25", exercise="build_augmentation", facet=DEGREES)
def hands_a_pair_of_degrees_to_the_rotation(**options):
    """A pair of degrees passes `RandomRotation` without a word, and your pictures turn by any angle."""
    return _augment(**options, turn=lambda degrees: (-degrees, degrees))


@misconception("MA26", exercise="build_augmentation", facet=GUARD)
def cuts_wide_turns(**options):
    """A rotation by up to 180 degrees to both sides has an answer: half a turn is half of a full one."""
    return _augment(**options, turn=lambda degrees: min(degrees / 360, 0.25))


# ---------------------------------------------------------------- overfit_gap, smooth_curve

GAP, SIGN, SMOOTHING = "gap values", "loss sign, short history, errors", "smoothing"
SMOOTHING_ERRORS = "smoothing: empty, new list, errors"


def _mean(values):
    return float(np.mean(values))


def _gap(
    history,
    metric,
    last,
    measure=lambda training, validation: _mean(training) - _mean(validation),
    is_loss=lambda metric: "loss" in metric,
):
    """overfit_gap with a part exchanged."""
    if metric not in history or "val_" + metric not in history or last < 1 or not history[metric]:
        raise ValueError("history")
    gap = float(measure(history[metric][-last:], history["val_" + metric][-last:]))
    return -gap if is_loss(metric) else gap


def _smooth(points, factor, start=lambda point: point):
    if not 0 <= factor < 1:
        raise ValueError("factor")
    smoothed = []
    for point in points:
        smoothed.append(factor * (smoothed[-1] if smoothed else start(point)) + (1 - factor) * point)
    return smoothed


@misconception("M155", exercise="overfit_gap", facet=GAP)
def takes_validation_minus_training(history, metric="accuracy", last=5):
    """The sign is wrong: your measure is low for a model that memorises."""
    return -_gap(history, metric, last)


@misconception("M156", exercise="overfit_gap", facet=GAP)
def takes_the_last_epoch(history, metric="accuracy", last=5):
    """One noisy epoch decides your measure."""
    return _gap(history, metric, last, measure=lambda training, validation: training[-1] - validation[-1])


@misconception("MA01", exercise="overfit_gap", facet=GAP)
def takes_all_epochs(history, metric="accuracy", last=5):
    """Epochs far back still count in your measure."""
    _gap(history, metric, last)
    return _gap(history, metric, len(history[metric]))


@misconception("MA02", exercise="overfit_gap", facet=GAP)
def takes_the_first_epochs(history, metric="accuracy", last=5):
    """You look at the beginning of the training; overfitting shows at its end."""
    _gap(history, metric, last)
    return _gap({name: curve[:last] for name, curve in history.items()}, metric, last)


@misconception("MA03", exercise="overfit_gap", facet=GAP)
def takes_the_distance_without_a_sign(history, metric="accuracy", last=5):
    """A model that does better on the validation pictures looks like one that overfits."""
    return abs(_gap(history, metric, last))


@misconception("MA04", exercise="overfit_gap", facet=GAP)
def always_looks_at_the_accuracy(history, metric="accuracy", last=5):
    """Whatever metric is asked for, you take the same."""
    _gap(history, metric, last)
    return _gap(history, "accuracy", last)


@misconception("M157", exercise="overfit_gap", facet=SIGN)
def forgets_the_sign_of_losses(history, metric="accuracy", last=5):
    """For a loss, which curve is higher when a model overfits?"""
    return _gap(history, metric, last, is_loss=lambda metric: False)


@misconception("MA05", exercise="overfit_gap", facet=SIGN)
def knows_one_loss_only(history, metric="accuracy", last=5):
    """Some losses have a longer name than "loss"."""
    return _gap(history, metric, last, is_loss=lambda metric: metric == "loss")


@misconception("MA06", exercise="overfit_gap", facet=SIGN)
def divides_by_last(history, metric="accuracy", last=5):
    """If there are fewer epochs than asked for, your mean is too small."""
    return _gap(history, metric, last, measure=lambda training, validation: (sum(training) - sum(validation)) / last)


@misconception("MA07", exercise="overfit_gap", facet=SIGN)
def lets_the_dictionary_complain(history, metric="accuracy", last=5):
    """A missing curve ends in another kind of error than asked for."""
    history[metric], history["val_" + metric]
    return _gap(history, metric, last)


@misconception("MA08", exercise="overfit_gap", facet=SIGN)
def accepts_no_epochs(history, metric="accuracy", last=5):
    """A mean over no epochs passes unnoticed."""
    if last < 1 and metric in history:
        return _gap(history, metric, len(history[metric]) or 1)
    return _gap(history, metric, last)


@misconception("M158", exercise="overfit_gap", facet=GAP)
def takes_the_greatest_gap(history, metric="accuracy", last=5):
    """You report the worst epoch; how do the last ones do on average?"""
    return _gap(history, metric, last, measure=lambda training, validation: np.max(np.subtract(training, validation)))


@misconception("M159", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING)
def starts_at_zero(points, factor=0.8):
    """Your curve begins far below the data."""
    return _smooth(points, factor, start=lambda point: 0.0)


@misconception("M160", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING)
def exchanges_the_shares(points, factor=0.8):
    """More smoothing makes your curve rougher."""
    _smooth([], factor)
    smoothed = []
    for point in points:
        smoothed.append((1 - factor) * (smoothed[-1] if smoothed else point) + factor * point)
    return smoothed


@misconception("M161", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING)
def mixes_raw_points(points, factor=0.8):
    """Each new value must build on the smoothed one before it."""
    _smooth([], factor)
    return [factor * points[max(i - 1, 0)] + (1 - factor) * point for i, point in enumerate(points)]


@misconception("M162", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING_ERRORS)
def fails_without_epochs(points, factor=0.8):
    """A run without epochs has an empty curve."""
    points[0]
    return _smooth(points, factor)


@misconception("MA09", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING_ERRORS)
def lets_every_factor_pass(points, factor=0.8):
    """A factor outside its limits passes unnoticed."""
    smoothed = []
    for point in points:
        smoothed.append(factor * (smoothed[-1] if smoothed else point) + (1 - factor) * point)
    return smoothed


@misconception("MA10", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING_ERRORS)
def smooths_in_place(points, factor=0.8):
    """The curve that was handed over has changed."""
    points[:] = _smooth(points, factor)
    return points


@misconception("MA11", exercise="overfit_gap", replaces="smooth_curve", facet=SMOOTHING_ERRORS)
def returns_an_array(points, factor=0.8):
    """The values are right; a list was asked for."""
    return np.array(_smooth(points, factor))


@misconception("MA12", exercise="overfit_gap", facet=SIGN)
def looks_for_the_exact_name(history, metric="accuracy", last=5):
    """Some losses have a longer name than "loss"."""
    return _gap(history, metric, last, is_loss=lambda metric: metric in ("loss", "val_loss"))


# ---------------------------------------------------------------- choice


@misconception("MA01", exercise="choice", replaces="answer_2_9a", facet="a")
def counts_pictures():
    """Is there one number that is small for every model and every task?"""
    return "a"


@misconception("MA02", exercise="choice", replaces="answer_2_9a", facet="a")
def counts_pixels():
    """A thousand large pictures of one cat: is that a large set?"""
    return "b"


@misconception("MA03", exercise="choice", replaces="answer_2_9a", facet="a")
def looks_at_the_source():
    """Where the pictures come from matters for other reasons; think of the model."""
    return "d"


@misconception("M163", exercise="choice", replaces="answer_2_9b", facet="b")
def looks_for_the_old_name():
    """The method is gone; which one has taken over its work?"""
    return "b"


@misconception("MA04", exercise="choice", replaces="answer_2_9b", facet="b")
def predicts_instead_of_training():
    """A prediction changes no weights."""
    return "c"


@misconception("MA05", exercise="choice", replaces="answer_2_9b", facet="b")
def hands_over_file_names():
    """What does a network learn from, names or numbers?"""
    return "d"


@misconception("MA06", exercise="choice", replaces="answer_2_9c", facet="c")
def writes_files():
    """Nothing is written; where in the model does the picture change?"""
    return "a"


@misconception("MA07", exercise="choice", replaces="answer_2_9c", facet="c")
def draws_at_the_beginning():
    """Then every epoch would bring the same pictures again."""
    return "b"


@misconception("MA08", exercise="choice", replaces="answer_2_9c", facet="c")
def draws_in_evaluation():
    """Would you like to be judged on pictures that change from one evaluation to the next?"""
    return "c"


@misconception("M164", exercise="choice", replaces="answer_2_9d", facet="d")
def takes_augmented_pictures_for_new_ones():
    """How much is new in a turned picture?"""
    return "a"


@misconception("MA09", exercise="choice", replaces="answer_2_9d", facet="d")
def thinks_that_pictures_fall_out():
    """What falls out with Dropout: pictures, or inputs of a layer?"""
    return "c"


@misconception("MA10", exercise="choice", replaces="answer_2_9d", facet="d")
def thinks_that_dropout_deepens():
    """Count the layers with weights before and after."""
    return "d"


# Right letters in a form that was not asked for. The sentences must not tell that the letters are right.


@misconception("MC01", exercise="choice", replaces="answer_2_9a", facet="a")
def writes_a_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "C"


@misconception("MC02", exercise="choice", replaces="answer_2_9b", facet="b")
def writes_b_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "A"


@misconception("MC03", exercise="choice", replaces="answer_2_9c", facet="c")
def writes_c_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "D"


@misconception("MC04", exercise="choice", replaces="answer_2_9d", facet="d")
def writes_d_in_capitals():
    """Small letters, please: "a" can be an answer, "A" is none."""
    return "B"
