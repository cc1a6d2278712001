"""What several exercises of `feature_extraction` share."""


# ---------------------------------------------------------------- of right answers


def _compiled(model, learning_rate):
    import keras

    loss = keras.losses.BinaryCrossentropy()
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=learning_rate), loss=loss, metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- of wrong answers


def _refuse_dropout(dropout):
    if not 0 <= dropout < 1:
        raise ValueError("dropout")


def _compiled_with(model, learning_rate, loss="binary_crossentropy"):
    import keras

    model.compile(keras.optimizers.RMSprop(learning_rate), loss, metrics=["accuracy"])
    return model
