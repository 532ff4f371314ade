"""Where a report's kernels come from: forked from the warm process where there is one, started anew elsewhere.

Registered as a `jupyter_client.kernel_provisioners` entry point, jupyter_client's own place for it: papermill, the
notebooks and whoever runs them otherwise know nothing of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.paths import jupyter_path
from traitlets import default

from perf_lib.press import nursery

NAME = "perf-lib-warm"
_LAUNCHER = "ipykernel_launcher"


class WarmProvisioner(LocalProvisioner):
    """A kernel forked from the nursery of the run under way; the ordinary start where there is none."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel and answer how it is reached."""
        warm = nursery.current.get(nursery.KERNELS)
        if warm is None or _LAUNCHER not in cmd or not _is_this_python(cmd[0]):
            return await super().launch_kernel(cmd, **kwargs)
        argv = cmd[cmd.index(_LAUNCHER) + 1 :]
        self.pid = warm.kernel(argv, dict(kwargs["env"]), str(kwargs.get("cwd") or Path.cwd()))
        self.pgid = self.pid  # it makes itself the leader of a group
        self.process = _Forked(warm, self.pid)  # type: ignore[assignment]  # LocalProvisioner's is declared None
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel's end, which is at once when it was killed; LocalProvisioner looks ten times a second."""
        while self.process is not None and await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()


class _Forked:
    """What a LocalProvisioner asks of a subprocess.Popen, asked of the nursery."""

    stdin = stdout = stderr = None

    def __init__(self, warm: nursery.Nursery, pid: int) -> None:
        self._warm, self.pid = warm, pid

    def poll(self) -> int | None:
        try:
            return self._warm.poll(self.pid)
        except OSError:
            return -signal.SIGKILL  # the nursery is gone, and its kernels with it

    def wait(self) -> int | None:
        try:
            return self._warm.wait(self.pid)
        except OSError:
            return -signal.SIGKILL

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class PromptClient(AsyncKernelClient):
    """A client that begins as soon as the kernel has answered.

    Others wait until a fifth of a second has passed in silence, for those who do not look what a message answers.
    """

    def _handle_kernel_info_reply(self, msg: dict[str, Any]) -> None:
        super()._handle_kernel_info_reply(msg)
        said = self.iopub_channel.get_msg

        async def only_what_is_there(timeout: float | None = None) -> dict[str, Any]:
            return await said(timeout=0)

        self.iopub_channel.get_msg = only_what_is_there

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the kernel to answer."""
        await super().wait_for_ready(timeout)
        del self.iopub_channel.get_msg  # its own again


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels come from the provisioner above, whatever their specification says."""

    @default("context")
    def _unsent_is_dropped(self) -> Any:
        """What a dead kernel was still to be sent keeps nobody waiting, as ZeroMQ would when its context is closed."""
        made = super()._context_default()
        made.linger = 0
        return made

    @default("client_factory")
    def _which_begins_at_once(self) -> type:
        return PromptClient

    @default("kernel_spec_manager")
    def _where_kernels_are_installed(self) -> KernelSpecManager:
        """Jupyter's own places: it would load IPython to learn of one more, from before there was Jupyter."""
        return KernelSpecManager(kernel_dirs=jupyter_path("kernels"))

    @property
    def kernel_spec(self) -> Any:
        """The kernel's specification, with our provisioner in it."""
        spec = super().kernel_spec
        if spec is not None and _is_registered():
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": NAME}}
        return spec


@cache
def _is_registered() -> bool:
    """An installation older than the provisioner does not know it, and starts kernels as it always did."""
    return bool(entry_points(group="jupyter_client.kernel_provisioners", name=NAME))


def _is_this_python(program: str) -> bool:
    return os.path.realpath(program) == os.path.realpath(sys.executable)
