"""This process as a part of a Ray cluster, and what the machines of that cluster have."""

import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path

from apparatus.errors import NoCluster, NoRay, OtherCluster, TokenRefused

TOKEN = "~/.ray/auth_token"
HERE = "this machine"
REACH = 5  # seconds in which a cluster must answer
MEMORY = 512 * 2**20  # bytes that a cluster of this machine alone may hold of what is on its way


def join(address: str | None, workers: int | None = None) -> bool:
    """Have this process be part of a cluster; False if it was before.

    Raises:
        NoRay, NoCluster, TokenRefused, OtherCluster: see `RayEngine`.
    """
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    if address is None:  # Ray's own way to stay on 127.0.0.1, as it does by itself on these systems
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    else:
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", str(REACH))  # one a second
    try:
        import ray
    except ImportError as error:
        raise NoRay from error
    if ray.is_initialized():
        joined = ray.get_runtime_context().gcs_address
        if address not in (None, "auto", joined):
            raise OtherCluster(str(address), joined)
        return False
    _reach(address)
    token = _token(address)
    here = {"num_cpus": max(os.cpu_count() or 1, workers or 1), "object_store_memory": MEMORY}
    given = {"include_dashboard": False, **here} if address is None else {}
    try:
        with _own_signals():
            ray.init(address or "local", logging_level="WARNING", **given)
    except Exception as error:  # Ray raises Exception itself, too
        said = f"{error} {error.__cause__ or ''}"
        if isinstance(error, ray.exceptions.AuthenticationError) or "InvalidAuthToken" in said:
            raise TokenRefused(address or HERE, token) from error
        raise NoCluster(address or HERE, str(error).strip().splitlines()[0]) from error
    return True


def _reach(address: str | None) -> None:
    """Look whether anything answers there: Ray itself would try for minutes, and then end the process."""
    if address in (None, "auto"):
        return
    host, _, port = str(address).rpartition(":")
    if not (host and port.isdigit()) or "/" in host:
        raise NoCluster(str(address), "an address is HOST:PORT, such as 10.0.0.1:6379")
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH).close()
    except (OSError, OverflowError) as error:
        raise NoCluster(str(address), getattr(error, "strerror", None) or str(error)) from error


def _token(address: str | None) -> str:
    """Where the token comes from. For a cluster of this machine alone it is made, if there is none."""
    if os.environ.get("RAY_AUTH_TOKEN"):
        return "RAY_AUTH_TOKEN"
    file = Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or TOKEN).expanduser()
    try:
        if not file.exists() and address is None:  # Ray would make one that everybody can read
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                file.touch(0o600, exist_ok=False)
                file.write_text(secrets.token_hex(32), "utf-8")
        file.read_text("utf-8")
    except FileNotFoundError as error:
        raise TokenRefused(address or HERE, "") from error
    except OSError as error:
        raise NoCluster(address or HERE, f"{file}: {error.strerror}") from error
    return str(file)


@contextmanager
def _own_signals() -> Iterator[None]:
    """A scope after which SIGTERM does what it did: Ray has it do something else."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if main and before is not None:
            signal.signal(signal.SIGTERM, before)


def places(workers: int | None) -> list[str]:
    """What to have a desk for: each "gpu", or, without any, "cpu" for each machine; or as many `workers`."""
    machines = _machines()
    gpus = int(sum(machine.get("GPU", 0) for machine in machines))
    cpus = [machine for machine in machines if machine.get("CPU", 0) >= 1]
    return ["gpu" if gpus else "cpu"] * (workers or gpus or max(1, len(cpus)))


def share(device: str | None, workers: int | None) -> dict[str, float]:
    """What an actor takes of a machine: a GPU; or as much of its processor that each has its part of it."""
    if device == "gpu":
        return {"num_gpus": 1.0, "num_cpus": 0.0}
    cpus = [machine["CPU"] for machine in _machines() if machine.get("CPU", 0) >= 1] or [1.0]
    each = ceil((workers or len(cpus)) / len(cpus))
    return {"num_cpus": max(1.0, min(cpus) // each)}


def _machines() -> list[dict[str, float]]:
    """What each machine of the cluster has."""
    import ray

    return [node["Resources"] for node in ray.nodes() if node["Alive"]]
