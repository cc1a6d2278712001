"""A real browser and a JupyterLab, for the tests and pictures that need them, and where tests keep what they saw."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURES = Path(__file__).parents[1] / "build" / "screenshots"
TOKEN = "only-on-this-machine"
"""Opens the JupyterLab of `jupyter_lab`."""


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser, without a window; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; next: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def keep(page: Page, name: str, **how: Any) -> None:
    """Keep a picture of what a page shows: for people, so where a busy browser takes none, no claim of a test fails."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for _time in range(2):
        with contextlib.suppress(Error):
            page.screenshot(path=PICTURES / f"{name}.png", **how)
            return


@contextlib.contextmanager
def jupyter_lab(folder: Path, home: Path) -> Iterator[str]:
    """JupyterLab on a folder, with settings of its own in `home`; its address, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}"]
    command += [f"--ServerApp.token={TOKEN}", "--ServerApp.port_retries=0", "--LabApp.news_url=None"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(2400):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=60).close()
                break
            except OSError:
                assert process.poll() is None, (home / "log").read_text(errors="replace")
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait()
