"""The way of a submission: sanitize, run, judge, record. `grade` knows the order; the steps do not know each other."""
