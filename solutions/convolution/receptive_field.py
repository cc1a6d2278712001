"""Answers to `receptive_field`: right ones written in other ways, and wrong ones with a sentence each."""

import math

import numpy as np

from autograder.grading.catalogue import misconception, variant

from .windows import _refuse_small

# ---------------------------------------------------------------- right answers in other ways


@variant()
def forwards(layers):
    """From the input on, with the field and the step, as hint 3 says."""
    field = step = 1
    for kernel, stride in layers:
        if min(kernel, stride) < 1:
            raise ValueError("sizes")
        field += (kernel - 1) * step
        step *= stride
    return field


@variant()
def backwards(layers):
    """From the output back: r becomes (r - 1) * s + k."""
    if any(k < 1 or s < 1 for k, s in layers):
        raise ValueError("sizes")
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


@variant()
def by_products_of_strides(layers):
    """One sum over the layers, in numpy integers."""
    sizes = np.array(layers, int).reshape(-1, 2)
    if (sizes < 1).any():
        raise ValueError("sizes")
    steps = np.cumprod([1, *sizes[:, 1]])[:-1]
    return 1 + np.sum((sizes[:, 0] - 1) * steps)


# ---------------------------------------------------------------- wrong answers


def _field(layers, grow=lambda field, step, k, s: field + (k - 1) * step, widen=lambda step, k, s: step * s):
    """receptive_field with a rule exchanged."""
    field, step = 1, 1
    for k, s in layers:
        _refuse_small(k, s)
        field, step = grow(field, step, k, s), widen(step, k, s)
    return field


_STRIDES = "strides and pooling"
_EMPTY = "empty list, errors"


@misconception(_STRIDES)
def ignores_the_strides_of_layers(layers):
    """Your window grows as if nothing were ever downsampled."""
    return _field(layers, widen=lambda step, k, s: 1)


@misconception(_STRIDES)
def counts_the_own_stride_already(layers):
    """A layer's stride acts on those after it."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) * step * s)


@misconception("stride 1", _STRIDES)
def multiplies_the_kernels(layers):
    """Stacked windows overlap: they add up, they do not multiply."""
    _field(layers)
    return math.prod(k for k, _ in layers)


@misconception("stride 1", _STRIDES)
def adds_the_kernels(layers):
    """Neighbouring windows share pixels that you count twice."""
    _field(layers)
    return sum(k for k, _ in layers) if layers else 1


@misconception("stride 1", _STRIDES, _EMPTY)
def adds_the_kernels_by_the_step(layers):
    """Neighbouring windows share pixels that you count twice."""
    return _field(layers, grow=lambda field, step, k, s: field + k * step)


@misconception("stride 1", _STRIDES)
def exchanges_kernel_and_stride(layers):
    """A layer is (kernel, stride), in this order."""
    return _field([(stride, kernel) for kernel, stride in layers])


@misconception("stride 1")
def starts_from_nothing(layers):
    """Start from one unit, which sees one pixel: your answer is one too small."""
    return _field(layers) - 1


@misconception(_STRIDES)
def walks_the_list_backwards(layers):
    """The order of the layers matters."""
    return _field(layers[::-1])


@misconception(_STRIDES)
def uses_the_previous_stride_only(layers):
    """Two downsamplings in a row act together."""
    return _field(layers, widen=lambda step, k, s: s)


@misconception(_STRIDES)
def adds_the_strides(layers):
    """Two strides in a row do not add up."""
    return _field(layers, widen=lambda step, k, s: step + s - 1)


@misconception(_STRIDES)
def scales_the_whole_field(layers):
    """A stride stretches what comes after it, not what the earlier layers see already."""
    return _field(layers, grow=lambda field, step, k, s: (field + k - 1) * s, widen=lambda step, k, s: 1)


@misconception(_STRIDES)
def forgets_layers_of_kernel_one(layers):
    """A window of one pixel sees no more, but its stride still counts."""
    return _field([(k, s) for k, s in layers if k != 1])


@misconception(_STRIDES)
def ends_at_the_border_of_a_picture(layers):
    """Your answer stops at the size of a picture; a field can be larger than the picture."""
    return min(_field(layers), 224)


@misconception(_STRIDES)
def ends_at_the_border_of_a_larger_picture(layers):
    """Your answer stops at the size of a picture; a field can be larger than the picture."""
    return min(_field(layers), 256)


@misconception("stride 1", _STRIDES)
def counts_half_windows_to_both_sides(layers):
    """An even window does not reach equally far to both sides."""
    return _field(layers, grow=lambda field, step, k, s: field + k // 2 * 2 * step)


@misconception("stride 1", _STRIDES)
def counts_half_windows_less_one_to_both_sides(layers):
    """An even window does not reach equally far to both sides."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) // 2 * 2 * step)


@misconception(_STRIDES)
def stretches_all_layers_by_all_strides(layers):
    """You stretch each layer by all strides; which of them lie before it?"""
    return (_field(layers, widen=lambda step, k, s: 1) - 1) * math.prod(s for _, s in layers) + 1


@misconception(_STRIDES)
def stretches_each_layer_by_its_own_stride(layers):
    """A layer's stride acts on those after it."""
    return _field(layers, grow=lambda field, step, k, s: field + (k - 1) * s)


@misconception(_EMPTY)
def sees_nothing_without_layers(layers):
    """Without layers each unit sees its own pixel."""
    return _field(layers) if layers else 0


@misconception(_EMPTY)
def needs_a_first_layer(layers):
    """Without layers each unit sees its own pixel."""
    return _field(layers) if layers[0] else 0


@misconception(_EMPTY)
def refuses_an_empty_list(layers):
    """Without layers each unit sees its own pixel."""
    if not layers:
        raise ValueError("no layers")
    return _field(layers)


@misconception(_EMPTY)
def takes_layers_below_one(layers):
    """A size or a stride below 1 has no answer; refuse it with a ValueError."""
    field, step = 1, 1
    for k, s in layers:
        field, step = field + (k - 1) * step, step * s
    return field


@misconception(_EMPTY)
def refuses_layers_with_an_assertion(layers):
    """You refuse what has to be refused, but with another kind of exception than the one asked for."""
    assert all(min(layer) >= 1 for layer in layers)
    return _field(layers)


@misconception(_EMPTY)
def checks_the_first_layer_only(layers):
    """You check only some of the layers for impossible numbers."""
    _field(layers[:1])
    return takes_layers_below_one(layers)


@misconception(_EMPTY)
def empties_the_list(layers):
    """The list of layers is another one after the call."""
    answer = _field(layers)
    layers.clear()
    return answer


@misconception(_EMPTY)
def answers_with_a_float_field(layers):
    """The values are right, the form is not: look at the types that were asked for."""
    return float(_field(layers))
