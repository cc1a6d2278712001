"""Makes what is unreleased a version: `make raise VERSION=0.3.0`, see RELEASING.md."""

import datetime
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NUMBER = re.compile(r"\d+\.\d+\.\d+")


def raise_version(number: str, day: datetime.date, root: Path = ROOT) -> None:
    """Write a version's number and day where they belong.

    Args:
        number: Such as "0.3.0"; higher than the last one.
        day: When it is released.
        root: The repository.

    Raises:
        SystemExit: The number is none, or not higher, or nothing is unreleased. Nothing was written.
    """
    version, changelog, citation = root / "autograder/version.py", root / "CHANGELOG.md", root / "CITATION.cff"
    code, changes = version.read_text(encoding="utf-8"), changelog.read_text(encoding="utf-8")
    last = re.search(r'^RELEASE = "(.*)"$', code, re.MULTILINE)[1]  # type: ignore[index]
    if not _NUMBER.fullmatch(number) or _parts(number) < _parts(last) or f"## [{number}]" in changes:
        sys.exit(f"{number or 'nothing'} is not a version number after {last}, such as {_next(last)}")
    unreleased = re.search(r"## \[Unreleased\]\n(.*?)(?=\n## \[|\Z)", changes, re.DOTALL)
    if unreleased is None or not unreleased[1].strip():
        sys.exit("CHANGELOG.md has nothing that is unreleased")
    version.write_text(code.replace(f'RELEASE = "{last}"', f'RELEASE = "{number}"'), encoding="utf-8")
    heading = f"## [Unreleased]\n\n## [{number}] - {day.isoformat()}\n"
    changelog.write_text(changes.replace("## [Unreleased]\n", heading, 1), encoding="utf-8")
    cited = re.sub(r"(?m)^version: .*$", f"version: {number}", citation.read_text(encoding="utf-8"))
    cited = re.sub(r"(?m)^date-released: .*$", f"date-released: {day.isoformat()}", cited)
    citation.write_text(cited, encoding="utf-8")


def _parts(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]


def _next(number: str) -> str:
    first, second, _third = _parts(number)
    return f"{first}.{second + 1}.0"


if __name__ == "__main__":
    raise_version(sys.argv[1] if len(sys.argv) > 1 else "", datetime.datetime.now(datetime.UTC).date())
