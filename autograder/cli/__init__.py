"""The command line: options, progress, messages and exit codes. Everything that does the work is elsewhere.

There is one module for each kind of user: `instructor`, `student` and `machine` (whoever looks after one). `ending`
knows how a command ends, `output` where its results go, and `completion` what a shell offers on Tab.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:  # from the first import on: Ctrl-C while Python still loads gets its sentence too
        from autograder.cli.ending import run

        code = run()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        code = 130
    sys.exit(code)
