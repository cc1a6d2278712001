"""Answers to `decode_image`: right ones written in other ways, and wrong ones with a sentence each."""

import io

import numpy as np
from PIL import Image, ImageFile, ImageOps

from autograder.grading.catalogue import misconception, variant
from autograder.values.observed import GUARD

from .photographs import _decode, _open, _resized, _scaled, _upright

# ---------------------------------------------------------------- right answers in other ways


def _refuse_size(size):
    if min(size) < 1:
        raise ValueError("size")


@variant()
def by_numpy_and_bicubic(data, size):
    """Reads the pixels first, converts at the end of the try, and resizes with another filter."""
    _refuse_size(size)
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:
        raise ValueError from error
    rgb = ImageOps.exif_transpose(image).convert("RGB")
    rgb = rgb if rgb.size == (size[1], size[0]) else rgb.resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return (np.array(rgb).astype("float64") / 255.0).astype(np.float32)


@variant()
def by_resizing_in_tensorflow(data, size):
    """Turns the array by hand; TensorFlow resizes the floats without smoothing them before."""
    import tensorflow as tf

    _refuse_size(size)
    try:
        with Image.open(io.BytesIO(data)) as image:
            plain = np.asarray(image.convert("RGB"))
            orientation = image.getexif().get(0x0112, 1)
    except OSError:
        raise ValueError("broken") from None
    turned = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a),
    }
    upright = turned[orientation](plain)
    return tf.image.resize(upright.astype("float32") / 255, size).numpy()


@variant()
def hint_3_of_decode_image(data, size):
    """The third hint, word for word: open, orientation and conversion in a try; resized, an array, divided."""
    height, width = size
    _refuse_size(size)
    try:
        image = Image.open(io.BytesIO(data))
        image = ImageOps.exif_transpose(image)
        image = image.convert("RGB")
    except OSError:
        raise ValueError("no picture") from None
    image = image.resize((width, height))
    return np.array(image, "float32") / 255


# ---------------------------------------------------------------- wrong answers


# This file is also read where nothing is run, so that TensorFlow is imported in the functions that need it.
def _tf():
    import tensorflow

    return tensorflow


VALUES, MODES, NON_SQUARE, EXIF = (
    "values RGB and scale",
    "modes grey, palette, RGBA",
    "height, width and the whole picture",
    "EXIF",
)
DECODE_ERRORS = "dtype, errors"


@misconception(NON_SQUARE)
def counts_the_height_first_in_pillow(data, size):
    """Your pictures have height and width exchanged: who counts which side first?"""
    return _decode(data, size, fit=lambda image, size: _resized(image, size[::-1]))


@misconception(NON_SQUARE)
def exchanges_the_axes_of_the_array(data, size):
    """The picture lies on its side."""
    return _decode(data, size, scale=lambda image: _scaled(image).transpose(1, 0, 2))


@misconception(NON_SQUARE)
def exchanges_the_sides_and_then_the_axes(data, size):
    """The picture lies on its side, squeezed into the right shape."""
    return _decode(
        data,
        size,
        fit=lambda image, size: _resized(image, size[::-1]),
        scale=lambda image: _scaled(image).transpose(1, 0, 2),
    )


@misconception(NON_SQUARE)
def reshapes_to_the_size(data, size):
    """The rows of your picture are cut at the wrong places: it looks smeared."""
    return _decode(
        data,
        size,
        fit=lambda image, size: _resized(image, size[::-1]),
        scale=lambda image: _scaled(image).reshape(*size, 3),
    )


@misconception(EXIF)
def ignores_the_orientation(data, size):
    """Photographs from a phone come out turned."""
    return _decode(data, size, turn=lambda image: image)


@misconception(EXIF)
def turns_but_does_not_mirror(data, size):
    """Some pictures come out mirrored: the EXIF orientation can tell of a mirroring, too."""

    def turn(image):
        turns = {3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90}
        return image.rotate(turns.get(image.getexif().get(0x0112, 1), 0), expand=True)

    return _decode(data, size, turn=turn)


@misconception(EXIF)
def turns_the_other_way(data, size):
    """Some pictures stand on their heads."""

    def turn(image):
        orientation = image.getexif().get(0x0112, 1)
        return _upright(image).rotate(180) if orientation in (6, 8) else _upright(image)

    return _decode(data, size, turn=turn)


@misconception(EXIF)
def turns_after_resizing(data, size):
    """Turned pictures get the wrong shape: the order of steps matters."""

    def fit(image, size):
        resized = _resized(image, size)
        resized.getexif()[0x0112] = image.getexif().get(0x0112, 1)
        return _upright(resized)

    return _decode(data, size, turn=lambda image: image, fit=fit)


@misconception(VALUES)
def does_not_divide(data, size):
    """Your pixels are not in the asked range."""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32))


@misconception(VALUES)
def divides_by_the_maximum(data, size):
    """A dark picture comes out bright: your scale depends on the picture."""
    return _decode(data, size, scale=lambda image: _scaled(image) / max(_scaled(image).max(), 1e-3))


@misconception(VALUES)
def stretches_to_the_whole_range(data, size):
    """Your darkest pixel is always black and your brightest white, whatever the picture shows."""
    return _decode(data, size, scale=lambda image: (_scaled(image) - _scaled(image).min()) / np.ptp(_scaled(image)))


@misconception(VALUES)
def scales_to_minus_one(data, size):
    """Half of your values are below zero."""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32) / np.float32(127.5) - 1)


@misconception(VALUES)
def divides_by_256(data, size):
    """White is not 1 in your pictures: what is the greatest value of a byte?"""
    return _decode(data, size, scale=lambda image: np.asarray(image, np.float32) / 256)


@misconception(VALUES, NON_SQUARE)
def divides_bytes_without_a_rest(data, size):
    """Nearly all your pixels are 0: a division of whole numbers drops what comes after the point."""
    return _decode(data, size, scale=lambda image: (np.asarray(image) // 255).astype("float32"))


@misconception(MODES)
def leaves_grey_with_one_channel(data, size):
    """A grey picture must have as many channels as a coloured one."""

    def convert(image):
        return image.convert("L") if image.mode in ("L", "LA", "1") else image.convert("RGB")

    def scale(image):
        values = _scaled(image)
        return values[:, :, None] if values.ndim == 2 else values

    return _decode(data, size, convert=convert, scale=scale)


@misconception(MODES)
def leaves_grey_without_channels(data, size):
    """A grey picture must have as many channels as a coloured one."""
    convert = lambda image: image.convert("L" if image.mode in ("L", "LA", "1") else "RGB")  # noqa: E731
    return _decode(data, size, convert=convert)


@misconception(MODES)
def reads_numbers_of_colours_as_grey(data, size):
    """In some files a pixel is the number of a colour, not the colour itself."""

    def convert(image):
        return Image.fromarray(np.asarray(image)).convert("RGB") if image.mode == "P" else image.convert("RGB")

    return _decode(data, size, convert=convert)


@misconception(MODES)
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


@misconception(MODES)
def lays_transparent_pictures_on_white(data, size):
    """The colours of transparent pixels change in your answer."""
    return _decode(data, size, convert=_laid_on(255))


@misconception(MODES)
def multiplies_by_alpha(data, size):
    """The colours of transparent pixels change in your answer."""
    return _decode(data, size, convert=_laid_on(0))


@misconception(MODES)
def resizes_before_it_converts(data, size):
    """Under transparent pixels the colours are lost while you resize: the order of steps matters."""
    convert = lambda image: _resized(image, size).convert("RGB") if image.mode == "RGBA" else image.convert("RGB")  # noqa: E731
    return _decode(data, size, convert=convert)


@misconception(MODES, rare=True)
def cuts_channels_instead_of_converting(data, size):
    """Not every picture has red, green and blue in its first three channels."""

    def scale(image):
        values = np.asarray(image, np.float32) / 255
        values = np.repeat(values[:, :, None], 3, axis=2) if values.ndim == 2 else values
        return values[:, :, :3]

    return _decode(data, size, convert=lambda image: image, scale=scale)


@misconception(VALUES)
def makes_everything_grey(data, size):
    """All colours are gone from your pictures."""
    return _decode(data, size, convert=lambda image: image.convert("L").convert("RGB"))


@misconception(VALUES)
def puts_blue_first(data, size):
    """Red and blue are exchanged."""
    return _decode(data, size, scale=lambda image: _scaled(image)[:, :, ::-1])


@misconception(VALUES)
def puts_channels_first(data, size):
    """The channels stand on the wrong axis: height, width, channels is the order here."""
    return _decode(data, size, scale=lambda image: _scaled(image).transpose(2, 0, 1))


@misconception(DECODE_ERRORS)
def returns_float64(data, size):
    """The last step decides the dtype of your pictures: look at it."""
    return _decode(data, size, scale=lambda image: np.asarray(image) / 255)


@misconception(DECODE_ERRORS)
def lets_pillows_error_through(data, size):
    """A broken file ends in another kind of error than asked for."""
    if min(size) < 1:
        raise ValueError("size")
    return _scaled(_resized(_upright(_open(data)).convert("RGB"), size))


@misconception(DECODE_ERRORS)
def watches_only_the_opening(data, size):
    """Half a file ends in another kind of error than asked for: when are the pixels read?"""
    if min(size) < 1:
        raise ValueError("size")
    try:
        image = _open(data)
    except OSError as error:
        raise ValueError("no picture") from error
    return _scaled(_resized(_upright(image).convert("RGB"), size))


@misconception(DECODE_ERRORS)
def takes_the_half_of_a_file(data, size):
    """Half a file gives a picture, and nobody is told."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _decode(data, size)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


@misconception(NON_SQUARE)
def cuts_to_keep_the_aspect_ratio(data, size):
    """Parts of the picture are missing or a border has been added."""
    return _decode(data, size, fit=lambda image, size: ImageOps.fit(image, size[::-1]))


@misconception(NON_SQUARE)
def frames_to_keep_the_aspect_ratio(data, size):
    """Parts of the picture are missing or a border has been added."""
    return _decode(data, size, fit=lambda image, size: ImageOps.pad(image, size[::-1]))


@misconception(NON_SQUARE)
def makes_thumbnails(data, size):
    """Your pictures are not of the size that was asked for."""

    def fit(image, size):
        image.thumbnail(size[::-1])
        return image

    return _decode(data, size, fit=fit)


@misconception(DECODE_ERRORS)
def returns_a_tensor(data, size):
    """A numpy array is asked for; `tf.convert_to_tensor` or `tf.image` gives a tensor."""
    return _tf().constant(_decode(data, size))


@misconception(DECODE_ERRORS)
def takes_any_size(data, size):
    """A side of 0 pixels passes unnoticed."""
    return _decode(data, [max(side, 1) for side in size])


@misconception(GUARD)
def turns_only_what_is_coloured(data, size):
    """A grey picture that the camera has turned stays turned: is the orientation still there when you look for it?"""
    return _decode(data, size, turn=lambda image: image if image.mode in ("L", "LA", "P") else _upright(image))
