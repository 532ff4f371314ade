"""What more than one test file starts from: the sample quarter as the press makes it, and params to be spoilt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import PARAMS

from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter

os.environ.setdefault("PERF_ROUNDING_KEY", "a key that the tests draw by")  # which public reports are rounded by

USER = "quillfeather"
"""Who the pack is made as: a name that stands in no text of the report, so that a trace of it is a leak."""


SECRET = "lanternjaw-4417"
"""A password that the environment holds while the pack is made: it is to be found in nothing that is made."""


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of 2019-20-Q3, made once by the real press; tests read it and leave it as it is."""
    outputs = tmp_path_factory.mktemp("outputs")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):  # where getpass and shells look
            patch.setenv(name, USER)
        patch.setenv("PERF_LIB_PASSWORD", SECRET)
        return run(Quarter.parse("2019-20-Q3"), params=PARAMS, outputs=outputs).folder


@pytest.fixture
def params_copy(tmp_path: Path) -> Callable[[], Path]:
    """Makes a copy of params/ in the test's own folder, by the same name, for the test to spoil."""

    def copied() -> Path:
        return Path(shutil.copytree(PARAMS, tmp_path / "params"))

    return copied


@pytest.fixture(scope="session")
def sample_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """params/ with a set of records under records/ that the sample's months come from; tests leave it as it is."""
    from tests.sample.make_records import main

    params = Path(shutil.copytree(PARAMS, tmp_path_factory.mktemp("recorded") / "params"))
    main(params / "records")
    return params
