"""The course itself: its exercises, misconceptions and releases."""
