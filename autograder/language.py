"""The language that students read: every sentence for them passes through `_`.

The sentences are written in English in the code; a gettext catalogue under `autograder/locale` translates them. Without
a catalogue for the reader's language the English sentence stands.
"""

import gettext
from pathlib import Path

_ = gettext.translation("autograder", localedir=Path(__file__).parent / "locale", fallback=True).gettext
