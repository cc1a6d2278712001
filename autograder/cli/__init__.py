"""The command line: options, progress, messages and exit codes. Everything that does the work is elsewhere.

There is one module for each kind of user: `instructor`, `student` and `machine` (whoever looks after one). `ending`
knows how a command ends, `output` where its results go, and `completion` what a shell offers on Tab.
"""

import sys


def main() -> None:
    """Run the command line."""
    # jsonschema, which nbformat imports, would compile 39 grammars of web addresses: a second before each command, for
    # a format that no schema of notebooks has. It does without this package where it is not installed.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:  # from the first import on: Ctrl-C while Python still loads gets its sentence too
        from autograder.cli.ending import run

        code = run()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        code = 130
    sys.exit(code)
