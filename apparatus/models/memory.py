"""Where a model finds room: measured before its weights are read, chosen, and done with accelerate's hooks.

free(device)                                  # bytes, measured
chosen = choose("sdxl", sizes, device, ...)   # a Placement, or TooLarge
place(pipeline, chosen)
with spared(pipeline, chosen, size) as now:   # at large sizes; `now` says what was on
    ...
lift(pipeline)                                # as it was before: on the cpu, without hooks

Taps stand outside all this: they are in the call slot, and accelerate's hooks in `forward`.
"""

import ctypes
import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import accelerate
import psutil
import torch
from torch import nn

from apparatus.errors import TooLarge
from apparatus.placement import Offload, Placement, Sparing

CGROUP = Path("/sys/fs/cgroup")
DECODING = 4
"""How many tensors of a decoder's largest size live at once: into the norm, out of it, out of the
convolution, and beside them all the shortcut. Source: diffusers 0.42.1, models/resnet.py, `ResnetBlock2D`."""

CHANNELS = 256
"""Of a decoder's largest layers, where its configuration does not say."""


def free(device: torch.device) -> int:
    """How many bytes are free on a device, now."""
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    if device.type == "cpu":
        return min(psutil.virtual_memory().available, _allowed())
    return int(getattr(torch, device.type).mem_get_info(device)[0])


def _allowed() -> int:
    """How many more bytes a container lets its processes take; as good as no limit outside of one."""
    try:
        limit = int((CGROUP / "memory.max").read_text())
        taken = int((CGROUP / "memory.current").read_text())
        cached = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        return limit - taken + int(cached.get("inactive_file", 0))
    except (OSError, ValueError):  # "max", or there is no such file
        return 2**63 - 1


def held(pipelines: Iterable[Any]) -> dict[str, int]:
    """How many bytes the weights of these pipelines take, by type of device."""
    taken: Counter[str] = Counter()
    for pipeline in pipelines:
        for part in pipeline.components.values():
            for weight in (*part.parameters(), *part.buffers()) if isinstance(part, nn.Module) else ():
                if not weight.is_meta:
                    taken[weight.device.type] += weight.numel() * weight.element_size()
    return dict(taken)


def collect() -> None:
    """Give what nobody holds any more back, to the device and to the machine.

    Modules and their hooks hold each other, and the C library of Linux keeps freed memory unless it is told.
    """
    gc.collect()
    if torch.accelerator.is_available():
        torch.accelerator.empty_cache()
    with suppress(OSError, AttributeError):  # other systems have no such function
        ctypes.CDLL(None).malloc_trim(0)


def work(config: Mapping[str, Any], height: int, width: int, dtype: torch.dtype) -> int:
    """The bytes that decoding a picture of this size is reckoned to take, by the decoder's configuration."""
    levels = config.get("decoder_block_out_channels") or config.get("block_out_channels") or [CHANNELS]
    channels = int(levels[min(1, len(levels) - 1)])  # the last but one level upsamples to the full size
    return DECODING * channels * height * width * dtype.itemsize


def choose(
    model: str,
    sizes: Mapping[str, int],
    device: torch.device,
    dtype: torch.dtype,
    *,
    working: int = 0,
    spare: Mapping[str, int] | None = None,
    offload: Offload | None = None,
    insist: bool = False,
) -> Placement:
    """How a model of parts of these sizes, in bytes, goes on a device: whole, by parts, or by layers.

    The first of them for which there is room. `working` bytes are left for what is computed; `spare` bytes
    will be freed, by type of device, before the weights are there. `offload` is taken as it is asked for.

    Raises:
        TooLarge: there is no room in any way, and nobody insists.
    """
    spare = spare or {}
    total, largest = sum(sizes.values()), max(sizes.values(), default=0)
    machine = torch.device("cpu")
    there = free(device) + spare.get(device.type, 0)
    host = free(machine) + spare.get("cpu", 0)
    ways: dict[Offload, int] = {"none": total + working}
    if device.type != "cpu":  # there, what would be moved away lies in the same memory
        ways |= {"model": largest + working, "sequential": working}
    fitting = [way for way, needed in ways.items() if needed <= there]
    short = [] if fitting else [(min(ways.values()), there, device)]
    if device.type != "cpu" and total > host:  # everything is read into the machine's memory first
        short.append((total, host, machine))
    if short and not insist:
        needed, has, where = short[-1]
        raise TooLarge(model, needed, has, str(where))
    return Placement(
        device=str(device),
        dtype=str(dtype).removeprefix("torch."),
        offload=offload or (fitting or list(ways)[-1:])[0],
        weights=total,
        largest=largest,
        work=working,
        free=there,
        insisted=bool(short),
    )


def place(pipeline: Any, placement: Placement) -> None:
    """Put a pipeline where it was chosen to go."""
    match placement.offload:
        case "none":
            pipeline.to(placement.device)
        case "model":
            pipeline.enable_model_cpu_offload(device=placement.device)
        case "sequential" if placement.device == "cpu":  # diffusers says "cpu:0", which torch moves things to
            for part in pipeline.components.values():
                if isinstance(part, nn.Module):
                    accelerate.cpu_offload(part, placement.device, offload_buffers=bool(part._parameters))
        case "sequential":
            pipeline.enable_sequential_cpu_offload(device=placement.device)


def lift(pipeline: Any) -> None:
    """Undo `place`, as far as hooks go: every weight is a tensor that holds something, where it was."""
    pipeline.remove_all_hooks()


def left(placement: Placement) -> int:
    """What is free on the device, now that the model is there, for what is computed."""
    waiting = placement.largest if placement.offload == "model" else 0
    return max(free(torch.device(placement.device)) - waiting, 0)


@contextmanager
def spared(pipeline: Any, placement: Placement | None, size: tuple[int, int]) -> Iterator[list[Sparing]]:
    """A scope in which a picture of this height and width is made with less memory, where it needs to be.

    It yields what is on. Tiles are blended where they meet; sliced attention rounds otherwise, and passes by
    the taps on attention. So neither is ever on where there is room.
    """
    on = _needed(pipeline, placement, size) if placement else []
    if "vae tiling" in on:
        pipeline.vae.enable_tiling()
    if "attention slicing" in on:
        pipeline.enable_attention_slicing()
    try:
        yield on
    finally:
        if "vae tiling" in on:
            pipeline.vae.disable_tiling()
        if "attention slicing" in on:
            pipeline.disable_attention_slicing()


def _needed(pipeline: Any, placement: Placement, size: tuple[int, int]) -> list[Sparing]:
    dtype: torch.dtype = getattr(torch, placement.dtype)
    vae: Any = getattr(pipeline, "vae", None)
    unet: Any = getattr(pipeline, "unet", None)
    on: list[Sparing] = []
    if hasattr(vae, "enable_tiling") and work(vae.config, *size, dtype) > placement.left:
        on.append("vae tiling")
    plain = torch.device(placement.device).type == "mps"  # elsewhere no kernel writes the scores down
    if plain and unet is not None and _scores(unet.config, size, dtype) > placement.left:
        on.append("attention slicing")
    return on


def _scores(config: Mapping[str, Any], size: tuple[int, int], dtype: torch.dtype) -> int:
    """The bytes of the scores of a UNet's largest self-attention, for both branches of guidance.

    `attention_head_dim` is how many heads a level has. Source: diffusers 0.42.1, unet_2d_condition.py.
    """
    blocks = config.get("down_block_types") or ()
    level = next((level for level, kind in enumerate(blocks) if "CrossAttn" in kind), None)
    if level is None:
        return 0
    heads = config.get("num_attention_heads") or config.get("attention_head_dim") or 8
    heads = heads if isinstance(heads, int) else heads[level]
    places = (size[0] // 8 // 2**level) * (size[1] // 8 // 2**level)
    return 2 * heads * places**2 * dtype.itemsize
