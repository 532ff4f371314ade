"""A real browser for tests that look at a page as people do: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or find_spec("playwright") is None,
    reason="no Chromium on this machine (on Debian: apt-get install chromium), or no playwright",
)

# A browser of ours has nothing to say to anyone: no updates, no safe-browsing lists, no speculative connections.
_QUIET = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
          "--disable-sync")  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window, with a new profile that is gone afterwards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


def pictures(name: str) -> Path:
    """Where a test keeps what it saw: build/screenshots, or as PERF_SCREENSHOTS says."""
    folder = Path(os.environ.get("PERF_SCREENSHOTS") or Path(__file__).parents[1] / "build" / "screenshots") / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
