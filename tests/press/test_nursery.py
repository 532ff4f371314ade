"""Warm processes and what is forked from them end with the press, whenever that goes, and say nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

GOING = """
import sys, time
from pathlib import Path
from perf_lib.press import nursery

nursery.JOBS["waiting"] = lambda: time.sleep(600)
for _ in range(20):
    with nursery.warm(nursery.PAGES, Path(sys.argv[1]), lambda: None) as warm:
        # As another thread asks, whose answer nobody waits for any more.
        warm._channel.sendall(b'{"do": "fork", "job": "waiting"}\\n')
print("gone")
"""

LATE = """
import os, time
from perf_lib.press import nursery

if os.fork() == 0:
    parent = os.getpid()
    if os.fork() == 0:
        while os.getppid() == parent:
            time.sleep(0.01)
        nursery.die_with_parent(parent)
        print("left alone")
    os._exit(0)
os.wait()
"""


def ended(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a script came to, when every process that has its output has gone."""
    return subprocess.run([sys.executable, "-uc", script, folder], capture_output=True, text=True, timeout=60)


def test_a_press_that_goes_while_something_is_forked_leaves_nothing(tmp_path):
    said = ended(GOING, tmp_path)
    assert (said.stdout, said.stderr) == ("gone\n", "")


def test_what_is_forked_as_its_parent_ends_goes_at_once(tmp_path):
    assert ended(LATE, tmp_path).stdout == ""
