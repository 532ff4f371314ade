"""`perf-lib review`: the built report with a margin for comments and a sign-off, on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from perf_lib.cli.options import OUTPUTS, PARAMS, OutputsFolder, ParamsFolder, QuarterName

if TYPE_CHECKING:
    from perf_lib.press.review import ReviewDesk


def review(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on localhost; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    status: Annotated[bool, typer.Option("--status", help="Only say whether the pack is signed off.")] = False,
) -> None:
    """Show the built internal report beside a margin for comments, and take a sign-off; Ctrl-C ends it."""
    from perf_lib.press import sign_off
    from perf_lib.press.review import open_review

    desk = open_review(quarter, params, outputs)
    for line in sign_off.said(desk.pack):
        typer.echo(f"{quarter}: {line}")
    if status:
        raise typer.Exit(0 if sign_off.holding(desk.pack) else 1)  # for scripts: 1 where no sign-off holds
    _serve(desk, port, browser)


def _serve(desk: ReviewDesk, port: int, browser: bool) -> None:
    import asyncio
    import webbrowser

    from perf_lib.press.review import serve

    async def until_stopped() -> None:
        server, address = serve(desk, port)
        typer.echo(f"{desk.quarter}: the review is at {address}")
        typer.echo("Only this machine can open it. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)
        try:
            await asyncio.Event().wait()
        finally:
            server.stop()

    try:
        asyncio.run(until_stopped())
    except KeyboardInterrupt:
        typer.echo("\nThe review has ended.")
