"""Which kernel a notebook gets: on Linux one forked from a warm process, elsewhere a new one."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from autograder.kernels.meter import Meter, from_process
from autograder.kernels.warm import PROVISIONER, WarmProvisioner
from autograder.values.submitted import KernelSettings

DEFAULT = "python3"
"""The kernelspec of a notebook that names none."""


def kernel_manager(
    name: str,
    *,
    settings: KernelSettings,
    sockets: Path,
) -> AsyncKernelManager:
    """A manager of a kernel that is not started yet.

    Args:
        name: The kernelspec that the notebook names; "" for the default one.
        settings: What the kernel is given; its environment counts when it starts.
        sockets: Private folder with a short path, for the kernel's Unix sockets.
    """
    manager = AsyncKernelManager(
        kernel_name=name or DEFAULT,
        kernel_spec_manager=_Specs(
            {
                "modules": list(settings.modules),
                "sandbox": settings.sandboxed,
                "hidden": list(settings.hidden),
            }
        ),
    )
    if os.name == "posix":
        # Unix sockets in a private folder instead of TCP ports: they reach into a room without a network.
        manager.transport, manager.ip = "ipc", f"{sockets}/s"
        manager.connection_file = f"{sockets}/connection.json"
    return manager


def meter_of(manager: AsyncKernelManager) -> Meter:
    """Measures what the processes of a started kernel use."""
    provisioner = manager.provisioner
    if isinstance(provisioner, WarmProvisioner):
        return Meter(provisioner.processes)
    return Meter(lambda: from_process(getattr(provisioner, "pid", None) or 0))


def can_be_warm() -> bool:
    """Whether kernels are forked here: this needs Linux."""
    return sys.platform == "linux"


def is_plain_python(name: str) -> bool:
    """Whether a kernelspec is this Python's own, and its kernels are forked here. One that is not there is not.

    Args:
        name: The kernelspec that the notebook names; "" for the default one.
    """
    try:
        return can_be_warm() and _is_plain(KernelSpecManager().get_kernel_spec(name or DEFAULT))
    except NoSuchKernel:
        return False


def _is_plain(spec: KernelSpec) -> bool:
    return (
        spec.language == "python"
        and "ipykernel_launcher" in spec.argv
        and spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", PROVISIONER) == PROVISIONER
    )


class _Specs(KernelSpecManager):  # type: ignore[misc]  # jupyter_client's traits are untyped
    """The installed kernelspecs; this Python's own is served by the warm process."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self._config = config

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = super().get_kernel_spec(kernel_name)
        ours = _is_plain(spec)
        if not ours and self._config["sandbox"]:
            raise RuntimeError(f"the kernelspec {kernel_name} is not a plain Python kernel and cannot be sandboxed")
        if ours and can_be_warm():
            spec.metadata = {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": self._config}}
        return spec
