"""A PostgreSQL server for tests: of an ordinary user, on a socket in a temporary folder, gone with the block."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

USER = "marks"


def why_not() -> str | None:
    """Why no server can be started here; None if it can."""
    if _programs() is None:
        return "PostgreSQL's initdb is not installed (Debian's package postgresql)"
    if os.geteuid() == 0 and _ordinary() is None:
        return "PostgreSQL does not run as root, and there is no user nobody"
    return None


class Server:
    """A running server; `url` names one of its databases, which it makes."""

    def __init__(self, folder: Path, as_user: Callable[[list[str]], None]) -> None:
        self.folder, self._run = folder, as_user

    def url(self, name: str) -> str:
        """The address of a new, empty database, as nbgrader's `db_url`."""
        self._run(["createdb", "-h", str(self.folder), "-U", USER, name])
        return f"postgresql+psycopg://{USER}@/{name}?host={quote(str(self.folder), safe='')}"

    def stop(self) -> None:
        """End the server at once, as a machine that is switched off does: clients lose their connections."""
        self._run(["pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop"])

    def start(self) -> None:
        """Start it, with what was committed."""
        settings = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        log = str(self.folder / "log")
        self._run(["pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", settings, "-w", "start"])


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Within the block, a server runs."""
    programs, ordinary = _programs(), _ordinary() if os.geteuid() == 0 else None
    assert programs is not None
    # Not in pytest's folder: a socket's path must be short, and another user cannot reach it.
    folder = Path(tempfile.mkdtemp(prefix="pg"))

    def run(command: list[str]) -> None:
        groups: list[int] | None = None if ordinary is None else []
        user, group = (None, None) if ordinary is None else (ordinary.pw_uid, ordinary.pw_gid)
        subprocess.run(
            [programs / command[0], *command[1:]],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            user=user,
            group=group,
            extra_groups=groups,
        )

    if ordinary is not None:
        os.chown(folder, ordinary.pw_uid, ordinary.pw_gid)
    folder.chmod(0o755)
    started = Server(folder, run)
    try:
        run(["initdb", "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"])
        started.start()
        yield started
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            started.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder of the newest server's programs."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


def _ordinary() -> pwd.struct_passwd | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("nobody")
    return None
