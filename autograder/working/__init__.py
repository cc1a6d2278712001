"""What a student runs beside the notebook: `autograder check` and `autograder watch`. Nothing here grades."""
