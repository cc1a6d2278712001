"""What several exercises of `fine_tuning` share: which layers can learn."""


# ---------------------------------------------------------------- of right answers


def _is_normalization(layer):
    return type(layer).__name__ == "BatchNormalization"


# ---------------------------------------------------------------- of wrong answers


def _place(base, first_layer):
    names = [layer.name for layer in base.layers]
    if first_layer not in names:
        raise ValueError("no such layer")
    return names.index(first_layer)


def _learning(base):
    return [layer.name for layer in base.layers if layer.trainable_weights]


def _open(base, chosen, keep_batchnorm_frozen=True):
    """The right way, for any choice: `chosen(place, layer)` says which layers are opened."""
    base.trainable = True
    for place, layer in enumerate(base.layers):
        layer.trainable = chosen(place, layer) and not (keep_batchnorm_frozen and _is_normalization(layer))
    return _learning(base)


_LEARNED = ("kernel", "bias", "gamma", "beta")
