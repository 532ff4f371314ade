"""`perf-lib run`: make a quarter's pack, or every pack that is wanted, with progress shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from perf_lib.cli.options import OUTPUTS, PARAMS, OutputsFolder, ParamsFolder
from perf_lib.words.errors import InputError, PerfError

if TYPE_CHECKING:
    from perf_lib.press.batch import Result
    from perf_lib.press.order import Order

_QUARTER = typer.Argument(metavar="[QUARTER]", help="A financial quarter, such as 2019-20-Q3.", show_default=False)


def run(
    quarter: Annotated[str | None, _QUARTER] = None,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    notebooks: Annotated[Path | None, typer.Option(help="The folder of notebooks, if not beside params.")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="For anybody: small counts withheld, marked items left out.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Make everything again even if nothing has changed.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Every quarter of --params, or of each params folder in it.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Those whose data have arrived and whose pack is missing or stale.")
    ] = False,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Hand packs to a Dask cluster instead of this machine.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How much is done at once; as many as there are cores.")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds that one notebook may take.")] = 1800,
    retry: Annotated[int, typer.Option(min=0, help="Fresh starts of a kernel that failed to start.")] = 0,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for another run of the same pack.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Say everything as lines of JSON.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Print what the data contradict, marked DRAFT.")] = False,
) -> None:
    """Make a quarter's pack: HTML, PDF, spreadsheets, executed notebooks and the record of the run."""
    # Imported here, so that --help answers at once; and the press only when there is something to print.
    from perf_lib.press.order import Limits, plan
    from perf_lib.words.quarters import Quarter

    asked = None if quarter is None else Quarter.parse(quarter)
    options: dict[str, Any] = {"force": force, "draft": draft, "public": public, "wait": wait}
    options["limits"] = Limits(time_limit, retry)
    if every or due:
        _many(asked, params, outputs, notebooks, due, scheduler, workers, as_json, options)
    elif asked is None:
        raise InputError("say which quarter, such as 2019-20-Q3, or --all or --due")
    elif scheduler is not None:
        raise InputError("--scheduler hands over many packs: it goes with --all or --due")
    else:
        _one(plan(asked, params, outputs, notebooks, workers, **options), as_json)


def _one(order: Order, as_json: bool) -> None:
    from perf_lib.press import record

    if not order.force and record.is_current(order):
        _tell(order, as_json, made=False)
        return
    from perf_lib.cli.progress import progress, said
    from perf_lib.press.pack import make

    try:
        with progress(str(order.quarter), as_json) as steps:
            pack = make(order, steps, is_stale=True)
    except PerfError as error:
        if as_json:
            said("refused", quarter=str(order.quarter), message=str(error), exit_code=error.exit_code)
        raise
    _tell(order, as_json, pack.made, pack.seconds)
    if pack.made and not as_json:
        for name in ("report.html", "report.pdf", "dashboard.xlsx", "dashboard.ods", "findings.csv", "run.json"):
            typer.echo(f"  {name:<15}{(pack.folder / name).stat().st_size / 1024:>7,.0f} KB")


def _many(
    quarter: Any,
    params: Path,
    outputs: Path,
    notebooks: Path | None,
    due: bool,
    scheduler: str | None,
    workers: int | None,
    as_json: bool,
    options: dict[str, Any],
) -> None:
    from perf_lib.press import batch

    wanted = batch.orders(params, outputs, quarter, notebooks, workers=workers, **options)
    if due:
        wanted = [order for order in wanted if batch.is_due(order)]
    refused = []
    for result in batch.make_all(wanted, scheduler, workers) if wanted else ():
        if result.error is None:
            _tell(result.order, as_json, result.made, result.seconds)
        else:
            refused.append(result)
            _tell_refusal(result, as_json)
    if not wanted and not as_json:
        typer.echo("nothing is due")
    if refused:
        codes = {result.exit_code for result in refused}
        raise _Refused(len(refused), len(wanted), codes.pop() if len(codes) == 1 else PerfError.exit_code)


class _Refused(PerfError):
    def __init__(self, refused: int, wanted: int, exit_code: int) -> None:
        super().__init__(f"{refused} of {wanted} packs could not be made; why is said above")
        self.exit_code = exit_code


def _tell(order: Order, as_json: bool, made: bool, seconds: float = 0) -> None:
    folder = order.target.as_posix()
    if as_json:
        from perf_lib.cli.progress import said

        said("pack", quarter=str(order.quarter), folder=folder, made=made, seconds=round(seconds, 2))
    elif made:
        typer.echo(f"{folder}: the pack is made, in {seconds:.0f} seconds")
    else:
        typer.echo(f"{folder}: nothing has changed since the pack was made")


def _tell_refusal(result: Result, as_json: bool) -> None:
    if as_json:
        from perf_lib.cli.progress import said

        said("refused", quarter=str(result.order.quarter), message=result.error, exit_code=result.exit_code)
    else:
        typer.echo(f"{result.order.target.as_posix()}: {result.error}", err=True)
