"""A JupyterLab of the tests' own: a copy of the project, its own folders for everything, and a page to drive it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builders import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

PATIENCE = 120_000
"""Milliseconds after which a page is taken to hang; no test is about how long one takes."""

# Every cell in the page, so that pictures show them all; no news from elsewhere.
_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}

# What a notebook came to, read from the open document itself: its code cells' counts and errors.
_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => ({count: cell.model.executionCount, source: cell.model.sharedModel.source,
                 errors: cell.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => o.evalue)}))"""


class Lab:
    """JupyterLab in a page of Chromium; each method is something that a person does with the menus."""

    def __init__(self, page: Page, url: str, folder: Path) -> None:
        self.page, self.folder = page, folder
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        page.wait_for_selector("#jp-main-dock-panel")
        page.wait_for_function("() => window.jupyterapp !== undefined")

    def menu(self, *path: str) -> None:
        """A command by its place in the menus."""
        first, *inner = path
        self.page.get_by_role("menuitem", name=first, exact=True).first.click()
        for label in inner[:-1]:
            self.page.locator(".lm-Menu-item", has_text=label).first.hover()
        self.page.locator(".lm-Menu-item", has_text=inner[-1]).last.click()

    def download(self, *path: str) -> Download:
        """What a command of the menus has the browser download, from this page or from one that it opens."""
        got: list[Download] = []
        self.page.on("download", lambda download: got.append(download))
        self.page.context.on("page", lambda opened: opened.on("download", lambda download: got.append(download)))
        self.menu(*path)
        until = time.monotonic() + PATIENCE / 1000
        while not got and time.monotonic() < until:
            self.page.wait_for_timeout(100)
        assert got, f"nothing was downloaded by {path[-1]}"
        return got[-1]

    def open(self, name: str) -> None:
        """A notebook of the folder, open and its kernel ready."""
        self.page.evaluate(
            "async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }",
            f"notebooks/{name}",
        )
        self.page.wait_for_function(
            "name => window.jupyterapp.shell.currentWidget?.context?.path === name", arg=f"notebooks/{name}"
        )
        self.page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.sessionContext.ready; }")
        self._idle()  # a kernel restarted while it is still starting may be asked before it listens

    def restart_and_run_all(self) -> list[dict[str, Any]]:
        """Run, Restart Kernel and Run All Cells…, confirmed; the code cells once the last of them has run."""
        self.menu("Run", "Restart Kernel and Run All Cells…")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        # A cell with an error is the last to run: those below it wait for ever.
        ended = "cells.every(cell => cell.count !== null) || cells.some(cell => cell.errors.length)"
        self.page.wait_for_function(f"() => {{ const cells = ({_CELLS})(); return {ended}; }}")
        self._idle()
        return self.page.evaluate(_CELLS)

    def _idle(self) -> None:
        self.page.wait_for_function(
            """() => { const {kernel} = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
                       return kernel.status === 'idle' && kernel.connectionStatus === 'connected'; }"""
        )

    def close(self) -> None:
        """Save the notebook, shut its kernel down and close it."""
        self.page.evaluate(
            """async () => { const {context} = window.jupyterapp.shell.currentWidget;
                 await context.save(); await context.sessionContext.shutdown();
                 await window.jupyterapp.commands.execute('application:close'); }"""
        )


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab server on a copy of the notebooks and params, with nothing of the user's."""
    work, own = folder / "project", folder / "jupyter"
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, work / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for plugin, written in _SETTINGS.items():
        path = own / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(written), encoding="utf-8")
    port, token = _free_port(), secrets.token_hex(16)
    places = {"HOME": "home", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run",
              "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
              "MPLCONFIGDIR": "matplotlib"}  # fmt: skip
    for place in places.values():
        (own / place).mkdir(exist_ok=True)
    options = (f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1", "--no-browser",
               f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}", "--allow-root",
               "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
               "--LabApp.news_url=")  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=work,
            env={**os.environ, **{name: str(own / place) for name, place in places.items()}},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "server.log")
            yield f"http://127.0.0.1:{port}/lab?token={token}"
        finally:
            server.send_signal(signal.SIGTERM)  # which shuts the kernels down too
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
