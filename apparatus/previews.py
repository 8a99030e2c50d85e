"""How the picture stands in the middle of a run, at a price that every step can pay.

    seen, how = preview(pipeline, denoised, (height, width))    # (pictures, 3, height, width), and "linear"

A small decoder (`AutoencoderTiny`) decodes each step truly. In the place of any other stands TAESD, where it
is on this machine and comes nearer to the true decoding, else a linear map from the numbers of a place in
the latents to its colour. That map is fitted once for each autoencoder, to what it makes itself of pictures
of the embedded model's world, and kept. These are the same on every machine and hold every colour, light and
dark, edges and empty walls: so the map depends on the autoencoder alone, not on what was asked for first.

Both stand where the decoder stands, behind all that a family does with its latents before it decodes them:
unpacking, scaling, and taking norms off.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from diffusers import AutoencoderTiny, DiffusionPipeline
from diffusers.models.autoencoders.vae import DecoderOutput
from huggingface_hub import try_to_load_from_cache
from jaxtyping import Float
from platformdirs import user_cache_path
from torch import Tensor, nn
from torch.nn import functional

from apparatus import adapters, checkpoints, taps
from apparatus.adapters.adapter import Size
from apparatus.models.precision import halves
from apparatus.record import How
from apparatus.world.renderer import SIDE, picture

PICTURES, PLACES = 16, 16
"""How many pictures of the world a map is fitted to, and how many places each has across, at most."""

TINY = {
    (4, 0.18215): "taesd",
    (4, 0.13025): "taesdxl",
    (16, 1.5305): "taesd3",
    (16, 0.3611): "taef1",
}
"""The small autoencoder of each latent space, by the channels and the scale of the large one.

Source: github.com/madebyollin/taesd, README; the scales, diffusers 0.42.1, utils/remote_utils.py, and for
Stable Diffusion 3 scripts/convert_sd3_to_diffusers.py.
"""

Latents = Float[Tensor, "pictures channels rows columns"]
Pictures = Float[Tensor, "pictures 3 height width"]
Decode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Linear:
    """A colour for each place of latents as the decoder gets them: matrix · channels + offset, in [-1, 1]."""

    matrix: Float[Tensor, "3 channels"]
    offset: Float[Tensor, "3"]

    def __call__(self, latents: Tensor) -> Tensor:
        """[pictures, 3, …], with the rows and columns of the latents, and their frames if there are any."""
        colours = torch.tensordot(latents.float(), self.matrix.to(latents.device), ([1], [1]))
        return (colours + self.offset.to(latents.device)).movedim(-1, 1)


class _Instead:
    """Something with other things in the place of some of its attributes; itself it stays as it is."""

    def __init__(self, real: Any, **others: Any) -> None:
        vars(self).update(others, _real=real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


_known: WeakKeyDictionary[nn.Module, tuple[How, Decode] | None] = WeakKeyDictionary()
"""What stands in the place of each autoencoder that was asked of; it holds none of them."""

_copies: WeakKeyDictionary[nn.Module, nn.Module] = WeakKeyDictionary()
"""A quicker copy of each small one."""


@torch.no_grad()
def preview(pipeline: DiffusionPipeline, latents: Tensor, size: Size) -> tuple[Pictures, How] | None:
    """The picture of this size that latents of the loop would make, in about [-1, 1], and how it was made.

    None where the family's latents are not known, or where the autoencoder makes no finite numbers. A look
    aside: no tap sees it, and nothing is drawn from a generator.
    """
    decode, vae = adapters.adapter_for(pipeline).decode, getattr(pipeline, "vae", None)
    if decode is None or vae is None:
        return None
    if isinstance(vae, AutoencoderTiny):
        with taps.bare():
            return decode(_Instead(pipeline, vae=_quick(vae)), latents, size).float(), "decoded"
    if vae not in _known:
        side = min(SIDE, PLACES * int(getattr(pipeline, "vae_scale_factor", 8)))
        _known[vae] = _stand_in(vae, side, latents.device)
    stand_in = _known[vae]
    if stand_in is None:
        return None
    how, colours = stand_in

    def decoded(given: Tensor, *_: Any, **__: Any) -> DecoderOutput:
        return DecoderOutput(sample=colours(given))

    in_its_place = _Instead(vae, decode=decoded, dtype=torch.float32)
    with taps.bare():
        seen = decode(_Instead(pipeline, vae=in_its_place), latents, size)
    return (seen if seen.shape[-2:] == size else functional.interpolate(seen, size)), how


def _quick(vae: AutoencoderTiny) -> nn.Module:
    """The same decoder as a processor is quickest with it: channels last, in bfloat16 where it computes it.

    In bfloat16 its pictures are apart from the true ones by a third of one of 255 levels in the mean, else by
    nothing that can be seen.
    """
    alone = vae.device.type == "cpu" and vae.dtype == torch.float32 and not hasattr(vae, "_hf_hook")
    if not alone:
        return vae
    if vae not in _copies:
        with torch.device("meta"):  # which draws nothing from a generator
            copy: Any = AutoencoderTiny.from_config(vae.config)
        dtype = torch.bfloat16 if halves("cpu") else torch.float32
        weights = {name: weight.to(dtype, copy=True) for name, weight in vae.state_dict().items()}
        copy.load_state_dict(weights, assign=True)
        _copies[vae] = copy.eval().to(memory_format=torch.channels_last)
    return _copies[vae]


def _stand_in(vae: nn.Module, side: int, device: torch.device) -> tuple[How, Decode] | None:
    """What to show instead of this decoder's pictures: whichever is nearer to one of them, of that side."""
    world = checkpoints.world()
    try:
        with taps.bare(), _wide(vae):
            linear = _read(vae) or _fitted(vae, side, device)
            tiny = _tiny(vae, device)
            if tiny is None:
                return None if linear is None else ("linear", linear)
            latents, true = _coded(vae, 0, side, device)
            if linear is None or _apart(tiny(latents), true) < _apart(linear(latents), true):
                return "taesd", tiny
            return "linear", linear
    finally:
        checkpoints.set_world(world)


def _apart(seen: Tensor, true: Tensor) -> float:
    """The mean square of the difference; what has fewer pixels is enlarged."""
    seen = functional.interpolate(seen.float(), true.shape[-2:])
    return float((seen.clamp(-1, 1) - true.clamp(-1, 1)).square().mean())


@contextmanager
def _wide(vae: Any) -> Iterator[None]:
    """A scope in which an autoencoder in half precision, where many overflow, is in float32."""
    if vae.dtype != torch.float16 or any(weight.is_meta for weight in vae.parameters()):
        yield
        return
    vae.to(torch.float32)
    try:
        yield
    finally:
        vae.to(torch.float16)


def _fitted(vae: Any, side: int, device: torch.device) -> Linear | None:
    """The map that comes nearest, in least squares, to the mean colours of what the decoder makes.

    It is kept, unless the disk refuses.
    """
    given, wanted = [], []
    for number in range(PICTURES):
        latents, seen = _coded(vae, number, side, device)
        if not (latents.isfinite().all() and seen.isfinite().all()):
            return None
        rows, columns = latents.shape[-2:]
        colours = functional.adaptive_avg_pool2d(seen.clamp(-1, 1), (rows, columns))
        given.append(latents[0].flatten(1).T)
        wanted.append(colours[0].flatten(1).T)
    numbers, colours = (torch.cat(each).double().cpu() for each in (given, wanted))
    numbers = torch.cat([numbers, torch.ones(len(numbers), 1, dtype=numbers.dtype)], 1)
    solved = torch.linalg.lstsq(numbers, colours, driver="gelsd").solution.float()
    linear = Linear(solved[:-1].T.contiguous(), solved[-1])
    _write(vae, linear)
    return linear


def _coded(vae: Any, number: int, side: int, device: torch.device) -> tuple[Latents, Pictures]:
    """A picture of the world as this autoencoder's latents, and what it makes of them, both in float32."""
    shown = np.array(picture(number).resize((side, side)))
    pixels = torch.from_numpy(shown).permute(2, 0, 1)[None] / 127.5 - 1
    frames = any(isinstance(part, nn.Conv3d) for part in vae.modules())
    given = (pixels[:, :, None] if frames else pixels).to(device, vae.dtype)
    coded = vae.encode(given, return_dict=False)[0]
    latents = coded if isinstance(coded, Tensor) else coded.mode()
    seen = vae.decode(latents, return_dict=False)[0].float()
    latents = latents.float()
    return (latents[:, :, 0], seen[:, :, 0]) if frames else (latents, seen)


def _tiny(vae: Any, device: torch.device) -> Decode | None:
    """TAESD of this autoencoder's latent space, if it is on this machine; nothing is fetched."""
    config = vae.config
    name = TINY.get((config.get("latent_channels", 0), config.get("scaling_factor", 0.0)))
    if name is None:
        return None
    cached = try_to_load_from_cache(f"madebyollin/{name}", "config.json")
    place = Path(cached).parent if isinstance(cached, str) else folder() / name
    if not place.is_dir():
        return None
    try:
        tiny = AutoencoderTiny.from_pretrained(
            place, dtype=vae.dtype, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError):
        return None
    tiny = tiny.to(device).eval()
    scale, shift = config["scaling_factor"], config.get("shift_factor") or 0.0

    def decode(latents: Tensor) -> Tensor:
        return tiny.decode(((latents - shift) * scale).to(tiny.dtype), return_dict=False)[0].float()

    return decode


def folder() -> Path:
    """Where maps are kept: `previews` in APPARATUS_CACHE, else in the user's cache.

    What the hub's cache has not got of TAESD may lie here too, in folders of its names.
    """
    return Path(os.environ.get("APPARATUS_CACHE") or user_cache_path("apparatus")).expanduser() / "previews"


def _file(vae: Any) -> Path | None:
    """Where the map of this autoencoder is kept, named by its configuration and the beginning of each weight.

    None where the weights are not at hand, as those that are fetched for each call.
    """
    config = {name: value for name, value in vae.config.items() if not name.startswith("_")}
    named = sha256(json.dumps([type(vae).__name__, config], sort_keys=True, default=str).encode())
    for weight in vae.parameters():
        if weight.is_meta:
            return None
        named.update(f"{weight.detach().flatten()[:4].tolist()}".encode())
    return folder() / f"{named.hexdigest()[:16]}.json"


def _write(vae: Any, linear: Linear) -> None:
    file = _file(vae)
    if file is None:
        return
    said = {"autoencoder": type(vae).__name__}
    said |= {name: getattr(linear, name).tolist() for name in ("matrix", "offset")}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(said), "utf-8")
        partial.replace(file)


def _read(vae: Any) -> Linear | None:
    """The map as it was kept; None where there is none, or one that is damaged."""
    file = _file(vae)
    try:
        said = json.loads(file.read_text("utf-8")) if file else {}
        linear = Linear(torch.tensor(said["matrix"]), torch.tensor(said["offset"]))
        return linear if linear.matrix.isfinite().all() and linear.offset.isfinite().all() else None
    except (OSError, ValueError, LookupError, TypeError):
        return None
