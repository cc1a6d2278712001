"""What a student runs alongside the notebook: `autograder check` and `autograder watch`. Nothing here grades."""
