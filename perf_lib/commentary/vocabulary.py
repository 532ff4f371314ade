"""The words that say which way a figure went, and those among which no figure can be of something else."""

from __future__ import annotations

import re

from perf_lib.commentary.figures import pattern

_UP = """
    rose rise risen rises rising increase increased increases increasing grew grow grown grows growing growth up higher
    climb climbed climbs climbing jump jumped more extra additional further above gain gained greater slower
    longer upward
    """.split()
_DOWN = """
    fell fall fallen falls falling decrease decreased decreases decreasing declined decline declining declines drop
    dropped drops dropping down lower fewer less reduced reduction reduce reduces below slipped slip shrank shrunk
    faster quicker shorter downward cut eased sooner
    """.split()
_BETTER, _WORSE = "improved improvement improving better".split(), "worsened worse worsening deteriorated".split()
DIRECTION = pattern(
    rf"""
    \b (?: (?P<up> {"|".join(_UP)} | went \s up ) | (?P<down> {"|".join(_DOWN)} | (?:went|came) \s down )
         | (?P<better> {"|".join(_BETTER)} ) | (?P<worse> {"|".join(_WORSE)} ) ) \b
    """
)
NO_DIRECTION = pattern(
    r"\s (?: than \s (?: \d | one | two | three | half | an? \s (?! year | month | quarter ) | the \s same )"
    r"  | to \s date )"
)
"""What follows "more" where it says how firmly a figure is meant, and not which way it went."""
CHANGE_AFTER = pattern(
    r"""
    \s* (?: (?! (?: was | were | is | are | stood | fell | rose | has | have | had | and | gave | hang | picked ) \b )
            (?: per \s cent | % | [a-z'’-]+ ) \s ){0,3}?
    (?: more | fewer | less | higher | lower | extra | additional | up | down | above | below | increase | decrease
      | rise | fall | drop | reduction | growth | longer | shorter | slower | quicker | faster | sooner | better
      | worse | short ) \b
    """
)
CHANGE_BEFORE = pattern(
    r"""
    \b (?: by | up | down | rise | fall | increased? | decreased? | drop | reduction | growth | change | difference
         | decline | improvement | fell | rose | grew | dropped | extra | additional | further | gained | added
         | jumped | declined | slipped ) \s (?: (?:of|by) \s )?
    (?: (?: about | around | some | nearly | almost | over | roughly | approximately | just | only | more \s than
          | an? | well | slightly ) \s )* [(]? $
    """
)
LEVEL_BEFORE = pattern(
    r"\b (?: from | to | at | against | than | with | reached | reaching | on \s the ) \s"
    r"(?: the | just | only | about )? \s* $"
)
KNOWN = frozenset(
    """
    a about above across after again against all also although altogether an and another are around as at average
    averaged averages away back be been before being below between both but by came climbed come compared completed
    count counted data dealt decline declined decrease decreased despite down drop dropped during each earlier ending
    every fall fallen falls fell fewer figure figures financial for force from full gained grew growth had has have
    higher highest if in increase increased instead into is it its jumped just last latest less level logged lower
    lowest made month monthly months more most now number numbers occasions of office on only or our out over overall
    people per period person persons police previous quarter quarters rate ratio reached received record recorded
    reported residents respectively rise risen rises rolling rose same saw share since slightly slipped so some
    standing stands still stood such than that the their then there these they this those time times to together took
    total totals under until up us volume was we were when where whereas which while who whole with within year years
    additional almost approximately days edged extra further nearly officers roughly taken
    """.split()
)
"""Words beside a figure that do not make it one of something else: what no measure's own words need to be."""


def way_of(match: re.Match[str], better: str) -> int:
    """Which way a word of direction points, 1 up, -1 down; for "improved", by which way is good."""
    if match["up"] or match["down"]:
        return 1 if match["up"] else -1
    sign = {"higher": 1, "lower": -1}.get(better, 0)
    return sign if match["better"] else -sign
