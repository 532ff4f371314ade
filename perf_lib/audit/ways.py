"""Words of direction: up and down, better and worse, and which way each points for a measure."""

from __future__ import annotations

import re

from perf_lib.config.catalogue import Measure

UP = r"(?:increas\w*|rise|rises|rose|risen|rising|grew|grow|grows|grown|growing|growth|climb\w*|jump\w*|surg\w+|soar\w*|leapt|swell\w*|higher|more|up|upturn|additional|extra|longer|slower|gain\w*|went\s+up|worse)"
DOWN = r"(?:decreas\w*|fall|falls|fell|fallen|falling|drop\w*|declin\w*|reduc\w*|lower|fewer|less|down|shorter|quicker|faster|sooner|shr[aiu]nk\w*|slid|slipp\w+|tumbl\w+|plung\w+|plummet\w*|dip|dipped|cut|downturn|went\s+down)"
BETTER, WORSE = r"(?:improv\w*|better)", r"(?:worse\w*|deteriorat\w*)"
UP_VERB = r"(?:rose|risen|increased|grew|grown|climbed|jumped|surged|went\s+up|gone\s+up|is\s+rising|are\s+rising|(?:is|are|was|were|been)\s+(?:rising|increasing|growing|going\s+up))"
DOWN_VERB = r"(?:fell|fallen|decreased|declined|dropped|dipped|reduced|went\s+down|gone\s+down|shrank|(?:is|are|was|were|been)\s+(?:falling|decreasing|declining|dropping|going\s+down))"


def way_said(found: re.Match[str] | None, measure: Measure | None) -> int | None:
    """Which way a matched word points: 1 up, -1 down, 0 either; None without a match."""
    if found is None:
        return None
    groups = found.groupdict()
    if groups.get("up"):
        return 1
    if groups.get("down"):
        return -1
    if groups.get("better") or groups.get("worse"):
        if measure is None or measure.better == "neither":
            return 0
        up = (measure.better == "higher") == bool(groups.get("better"))
        return 1 if up else -1
    return 0
