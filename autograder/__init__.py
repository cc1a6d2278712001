"""A course on convolutional networks, and the autograder that judges its hidden tests as experiments."""
