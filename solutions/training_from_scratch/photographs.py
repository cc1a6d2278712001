"""What several exercises of `training_from_scratch` share: how a photograph is read."""

import io

import numpy as np
from PIL import Image, ImageOps


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
