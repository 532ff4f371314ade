"""The command line: a thin door. Each command says in one line what it did, or in one line why not."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import signal
import sys

import typer

from perf_lib.cli.check import check
from perf_lib.cli.diff import diff
from perf_lib.cli.explain import explain
from perf_lib.cli.force import force
from perf_lib.cli.inputs import inputs
from perf_lib.cli.new import new
from perf_lib.cli.publish import publish
from perf_lib.cli.review import review
from perf_lib.cli.run import run
from perf_lib.cli.template import template
from perf_lib.cli.verify import verify
from perf_lib.words.errors import InputError, PerfError

app = typer.Typer(
    name="perf-lib",
    help="Quarterly performance reports from data.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (run, check, review, explain, verify, diff, publish, new, force, inputs, template):
    app.command()(command)


# typer shows only this child of the error that every mistyped command line ends in.
_UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]


@app.callback()
def _start() -> None:
    """Quarterly performance reports from data."""


def main() -> None:
    """Run the command line; what we refuse is one line on stderr and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Windows consoles start in a code page without our minus sign
            stream.reconfigure(encoding="utf-8", errors="replace")
    # What befell a kernel is said in one line by who asked for it. With no handler at all Python would also print what
    # libraries log of it: jupyter_client of a late answer, asyncio of the wait that nbclient leaves behind.
    logging.getLogger().addHandler(logging.NullHandler())
    atexit.register(gc.freeze)  # or Python would look through everything for cycles of garbage once more before it goes
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # ipykernel's debugger would warn at each start
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is under way is cleared away
    try:
        code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    except _UsageError as error:  # a mistyped command or option: one line, not a box
        _refuse(InputError(error.format_message()))
    except typer.Abort:
        sys.exit(130)  # as a shell says of Ctrl-C
    except KeyboardInterrupt:
        sys.exit(130)
    except PerfError as error:
        _refuse(error)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(error: PerfError) -> None:
    typer.echo(f"perf-lib: {' '.join(str(error).split())}", err=True)  # one line, whatever it quotes
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
