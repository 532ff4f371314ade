"""Figures that nobody answers for, in the review: an offer is taken, or a reason given, with a click."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from perf_lib.commentary import answers
from perf_lib.config.yaml import read_text, shown
from perf_lib.press import sign_off
from perf_lib.press.pack_folder import write_whole
from perf_lib.press.record import RECORD, read
from perf_lib.words.digest import sha256_of_text
from perf_lib.words.errors import InputError

REASON = 300
"""How many characters a reason may have."""


def open_figures(pack: Path, about: str, measures: Mapping[str, str]) -> list[dict[str, Any]]:
    """The open figures of one thread: of a measure's commentary, or of all texts that are no measure's."""
    figures = [{**each, "key": _key(each)} for each in answers.still_open(read(pack)) if "sentence" in each]
    if about in measures:
        return [each for each in figures if each["file"] == f"commentary/{about}.md"]
    of_measures = {f"commentary/{code}.md" for code in measures}
    return [each for each in figures if each["file"] not in of_measures]


def take(pack: Path, files: Mapping[str, Path], key: str, binding: str) -> None:
    """Put an offered binding in a typed figure's place in its file.

    Raises InputError where the figure is not as it was when the pack was made, or the binding was not offered.
    """
    record, figure = _figure(pack, key)
    path, place = files.get(figure["file"]), figure.get("place") or [0, 0]
    if path is None or binding not in [offer["binding"] for offer in figure["offers"]]:
        raise InputError(f"{figure['file']}: {figure['text']} cannot be bound here; bind it in the file")
    line_end = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
    written = read_text(path)
    if written[place[0] : place[1]] != figure["text"]:
        raise InputError(f"{shown(path)}: has changed since the pack was made; run it again")
    # What follows in the file moves; the others of this file are found again by the same step.
    step = len(binding) - (place[1] - place[0])
    path.write_text(written[: place[0]] + binding + written[place[1] :], encoding="utf-8", newline=line_end)
    left = [each for each in record[answers.OPEN] if _key(each) != key]
    for each in left:
        if each.get("file") == figure["file"] and each.get("place") and each["place"][0] >= place[1]:
            each["place"] = [at + step for at in each["place"]]
    _write(pack, {**record, answers.OPEN: left})


def settle(pack: Path, key: str, reason: str, name: str) -> None:
    """Record a person's answer to a figure's verdict."""
    record, figure = _figure(pack, key)
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON or not reason.isprintable():
        raise InputError(f"a reason has 1 to {REASON} characters; this one has {len(reason)}")
    given = answers.Given(
        figure["file"], figure["sentence"], figure["text"], figure.get("right") or "", reason,
        sign_off.cleaned_name(name),
    )  # fmt: skip
    _write(pack, {**record, answers.KEY: [*map(asdict, answers.read(record)), asdict(given)]})


def _figure(pack: Path, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    record = read(pack)
    figure = next((each for each in answers.still_open(record) if _key(each) == key and "sentence" in each), None)
    if figure is None:
        raise InputError("that figure is answered for already")
    return record, figure


def _key(figure: Mapping[str, Any]) -> str:
    return sha256_of_text(json.dumps([figure.get(name) for name in ("file", "sentence", "text", "line")]))[:16]


def _write(pack: Path, record: Mapping[str, Any]) -> None:
    write_whole(pack / RECORD, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
