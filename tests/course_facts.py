"""Points of the course: facets of each exercise, and texts that a person reads."""

FACETS: dict[str, dict[str, list[float]]] = {
    "convolution": {
        "conv_output_shape": [1, 0.5, 0.75, 0.5, 0.25],
        "same_padding": [0.5, 0.5, 0.75, 0.25],
        "conv2d": [1.5, 1, 0.5, 1, 1, 1],
        "count_conv2d_params": [0.75, 0.5, 0.25, 0.5],
        "shift_image": [1, 0.5, 0.75, 0.75],
        "max_pool2d": [0.75, 0.75, 0.75, 0.75, 0.5, 0.5],
        "receptive_field": [0.5, 1.25, 0.25],
        "choice": [0.4] * 5,
    },
    "training_from_scratch": {
        "split_files": [0.5, 0.5, 0.75, 0.25],
        "decode_image": [1, 1, 0.75, 0.75, 0.5],
        "make_dataset": [0.5, 0.5, 0.75, 0.75, 0.5],
        "steps_per_epoch": [0.5, 0.25, 0.25],
        "build_convnet": [1, 0.75, 0.75, 0.5],
        "shift_nearest": [1, 0.5, 0.5],
        "build_augmentation": [0.75, 0.75, 0.5, 0.5, 0.5],
        "overfit_gap": [0.75, 0.5, 0.5, 0.25],
        "choice": [0.25] * 4,
    },
    "feature_extraction": {
        "preprocess_vgg16": [1, 0.75, 0.75, 0.5],
        "split_base_head": [0.75, 0.75, 0.5],
        "extract_features": [1, 0.75, 0.75, 1, 0.5],
        "save_features": [1, 0.5, 0.5],
        "build_feature_classifier": [0.75, 0.75, 0.5],
        "build_transfer_model": [0.75, 1, 0.75, 0.75, 0.75],
        "features_at_depth": [1, 0.5, 0.5],
    },
    "fine_tuning": {
        "unfreeze_from": [1.25, 1, 1, 0.75],
        "trainable_summary": [1, 0.5, 0.5],
        "fine_tune": [1, 1.25, 1, 0.75],
        "accuracy_and_bce": [0.5, 0.75, 0.5, 1.25],
    },
    "visualisation": {
        "activation_model": [0.75, 0.5, 0.5, 0.25],
        "activation_grid": [1, 1, 0.5, 0.5],
        "sparsity": [0.25, 0.5, 0.25],
        "filter_loss": [0.75, 0.25, 0.5, 0.25, 0.25],
        "gradient_ascent_step": [0.5, 0.5, 0.25, 0.25, 0.5],
        "deprocess": [0.5, 0.5, 0.25, 0.25, 0.5],
        "grad_cam": [1, 0.75, 0.75, 0.5, 0.75, 0.5, 0.25, 0.5],
        "overlay": [0.5, 0.25, 0.25],
    },
}
TEXTS = {"training_from_scratch": 1, "feature_extraction": 1, "fine_tuning": 1, "visualisation": 2}
TOTALS = {
    "convolution": 24,
    "training_from_scratch": 22,
    "feature_extraction": 20,
    "fine_tuning": 14,
    "visualisation": 20,
}
