"""The one mechanism: a tap stands around every call at a site, and decides what that call is.

A tap is a function of the call and its arguments, and what it returns is what the pipeline gets.

    def tap(call, *args, **kwargs):
        return call(*args, **kwargs)            # observe: look at what goes in and what comes out
        return call(*others, **kwargs)          # replace what goes in
        return change(call(*args, **kwargs))    # replace what comes out
        return recorded                         # supply, without computing
        raise Stop                              # stop

    with tapped(pipeline, {"unet": tap, "scheduler.step": watch_steps}):
        pipeline("a lighthouse in fog")

A site is a dotted path from the pipeline: a module by torch's own name ("unet.mid_block"), or a method
("scheduler.step", "vae.decode"). A module is tapped in its call slot, which lies outside torch's and
accelerate's hooks and outside a compiled graph; a method, on its instance. Taps on one site nest, the last
one put on outermost.
"""

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

import torch
from diffusers import DiffusionPipeline
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from apparatus.errors import SiteNotFound

Tap = Callable[..., Any]

DENOISERS = ("unet", "transformer", "transformer_2", "prior", "decoder")
METHODS = ("prepare_latents", "scheduler.set_timesteps", "scheduler.step", "vae.encode", "vae.decode")


class Stop(BaseException):  # a pipeline that catches Exception must not swallow it
    """Raised by a tap to unwind the pipeline; nothing went wrong."""


class _Thread(threading.local):
    bare = False


_thread = _Thread()
_locks: WeakKeyDictionary[Any, threading.RLock] = WeakKeyDictionary()
_locks_lock = threading.Lock()


@contextmanager
def tapped(pipeline: DiffusionPipeline, taps: Mapping[str, Tap]) -> Iterator[None]:
    """Put each tap around the calls at its site, until the scope is left.

    The pipeline is locked meanwhile, with every other that shares a component. Taps act in the thread that
    put them on; a call from another one passes by.

    Raises:
        SiteNotFound: the pipeline has no such site.
    """
    with ExitStack() as scope:
        scope.enter_context(lock(pipeline))
        for site, tap in taps.items():
            scope.enter_context(_around(*find(pipeline, site), tap))
        yield


@contextmanager
def lock(pipeline: DiffusionPipeline) -> Iterator[None]:
    """Hold the pipeline's components; other threads wait, also those whose pipeline shares one of them."""
    parts = [part for part in pipeline.components.values() if isinstance(part, nn.Module | SchedulerMixin)]
    with _locks_lock:
        locks = {id(part): _locks.setdefault(part, threading.RLock()) for part in parts}
    with ExitStack() as scope:
        for _, held in sorted(locks.items()):  # always in one order, or two threads could wait for each other
            scope.enter_context(held)
        yield


@contextmanager
def bare() -> Iterator[None]:
    """A scope in which this thread's calls pass by every tap: for a look aside, such as a preview."""
    before, _thread.bare = _thread.bare, True
    try:
        yield
    finally:
        _thread.bare = before


def find(pipeline: DiffusionPipeline, site: str) -> tuple[Any, str]:
    """The object and the attribute of it that a call at `site` goes through.

    Raises:
        SiteNotFound: the pipeline has no such site; the error names the nearest.
    """
    *path, name = site.split(".")
    try:
        owner = functools.reduce(getattr, path, pipeline)
        place = getattr(owner, name)
    except AttributeError:
        place = None
    if isinstance(place, nn.Module):
        return place, "_compiled_call_impl"
    if not callable(place):
        raise SiteNotFound(site, type(pipeline).__name__, sites(pipeline))
    return owner, name


def sites(pipeline: DiffusionPipeline) -> list[str]:
    """Every site of the pipeline: the methods each picture passes through, then the modules."""
    methods = [site for site in METHODS if has(pipeline, site)]
    modules = [
        f"{name}.{path}" if path else name
        for name, part in pipeline.components.items()
        if isinstance(part, nn.Module)
        for path, _ in part.named_modules()
    ]
    return methods + modules


def has(pipeline: DiffusionPipeline, method: str) -> bool:
    """Whether the pipeline has that method: some have no `prepare_latents`, some no VAE."""
    place = functools.reduce(lambda owner, name: getattr(owner, name, None), method.split("."), pipeline)
    return callable(place)


@contextmanager
def _around(owner: Any, name: str, tap: Tap) -> Iterator[None]:
    call = getattr(owner, name) or owner._call_impl
    thread = threading.get_ident()

    @functools.wraps(call)  # pipelines look into scheduler.step's signature for `generator`
    def around(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs) if _passes_by(thread) else tap(call, *args, **kwargs)

    attributes = vars(owner)  # not setattr: modules and pipelines have ideas of their own about it
    before = attributes.get(name)
    attributes[name] = around
    try:
        yield
    finally:
        if before is None:
            del attributes[name]
        else:
            attributes[name] = before


def first(returned: Any) -> Tensor:
    """The tensor that a call returned: itself, or the first of a tuple or of an output of diffusers."""
    return returned if isinstance(returned, Tensor) else returned[0]


def fed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a denoiser call is given to denoise: its first argument, or the one that diffusers names so."""
    named = (kwargs[name] for name in ("hidden_states", "sample", "x") if name in kwargs)
    return next(chain(args, named, kwargs.values()))


def texts(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[int | str, Any]:
    """What a denoiser call is told, by its name or its place: a tensor [rows, tokens, features] an encoder.

    Some (Z-Image's) are told a list instead, of [tokens, features] for each row.
    """
    named: dict[int | str, Any] = {
        name: text
        for name, text in kwargs.items()
        if name.startswith("encoder_hidden_states") and isinstance(text, Tensor) and text.ndim == 3
    }
    return named or {place: arg for place, arg in enumerate(args) if place and isinstance(arg, list) and arg}


def told(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor | None:
    """All that a denoiser call is told, [rows, tokens, features]; None if that is not known.

    What several encoders say follows each other. Where one says less, in tokens or in features, are zeros.
    """
    parts = [
        pad_sequence(text, batch_first=True) if isinstance(text, list) else text
        for text in texts(args, kwargs).values()
    ]
    if len(parts) < 2:
        return parts[0] if parts else None
    features = max(part.shape[2] for part in parts)
    return torch.cat([functional.pad(part, (0, features - part.shape[2])) for part in parts], 1)


def retold(
    args: tuple[Any, ...], kwargs: dict[str, Any], text: Tensor
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The same call, told something else, as `told` gives it."""
    placed: list[Any] = list(args)
    named, begin = dict(kwargs), 0
    for place, before in texts(args, kwargs).items():
        if isinstance(before, list):
            placed[int(place)] = [row[: len(old)] for row, old in zip(text, before, strict=True)]
        else:
            end = begin + before.shape[1]
            named[str(place)], begin = text[:, begin:end, : before.shape[2]].contiguous(), end
    return tuple(placed), named


def _passes_by(thread: int) -> bool:
    """Whether a call made now is none of the business of a tap put on in `thread`."""
    return _thread.bare or threading.get_ident() != thread


def layers(encoder: nn.Module) -> nn.ModuleList:
    """The stack of layers that carries a text encoder's tokens; empty when it has none.

    It is the longest stack outside the vision tower; where it stands changes with transformers' versions.
    """
    stacks = [
        module
        for path, module in encoder.named_modules()
        if isinstance(module, nn.ModuleList) and "vis" not in path
    ]
    return max(stacks, key=len, default=nn.ModuleList())


@contextmanager
def layers_watched(encoder: nn.Module, see: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Show `see` the hidden states of each run through the stack: its input first, then every layer's output.

    What `see` returns for a layer takes that output's place, for the layers after it too. Equal to the
    `hidden_states` of transformers, but for the last, which there has gone through the final norm.
    """
    stack, thread = layers(encoder), threading.get_ident()

    def enter(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not _passes_by(thread):
            see(args[0] if args else kwargs["hidden_states"])

    def leave(_: nn.Module, __: Any, returned: Any) -> Any:
        if _passes_by(thread):
            return None
        if not isinstance(returned, tuple):
            return see(returned)
        other = see(returned[0])
        return None if other is None else (other, *returned[1:])

    # Prepended, or transformers' own capturing hooks, installed at first use and never removed, come first
    handles = [layer.register_forward_hook(leave, prepend=True) for layer in stack]
    handles += [layer.register_forward_pre_hook(enter, with_kwargs=True) for layer in stack[:1]]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
