"""A text-to-image machine made to be looked into.

    import apparatus

    model = apparatus.load("obscura")
    exposure = apparatus.expose(model, apparatus.Settings(prompt="a red boat on the sea", seed=7))
    for step in exposure.steps:
        print(step.facts.timestep, step.latents.shape, step.denoised.shape)
    exposure.picture.save("boat.png")

    from apparatus.alterations import Prompt
    other = apparatus.branch(model, exposure, 5, [Prompt(at=5, prompt="a red boat at night")])

    apparatus.reopen("last")        # the newest of `outputs`, with neither model nor torch

Names are imported when they are first used: `import apparatus` alone is quick and brings no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apparatus.engine import LocalEngine
    from apparatus.engine.expose import branch, expose, go_on, repeat
    from apparatus.enhancements import Enhance
    from apparatus.errors import ApparatusError
    from apparatus.models.catalogue import catalogue
    from apparatus.models.loading import Model, load
    from apparatus.moments import Moment
    from apparatus.record import Exposure, Record, Settings, Step
    from apparatus.settings import Lora
    from apparatus.stages import Event, replay
    from apparatus.store import Store, reopen

__version__ = "0.1.0"
__all__ = [
    "ApparatusError", "Enhance", "Event", "Exposure", "LocalEngine", "Lora", "Model", "Moment", "Record",
    "Settings", "Step", "Store", "branch", "catalogue", "expose", "go_on", "load", "reopen", "repeat",
    "replay",
]  # fmt: skip

_ROOMS = {
    "ApparatusError": "errors",
    "Enhance": "enhancements",
    "Event": "stages",
    "Exposure": "record",
    "LocalEngine": "engine",
    "Lora": "settings",
    "Model": "models.loading",
    "Moment": "moments",
    "Record": "record",
    "Settings": "record",
    "Step": "record",
    "Store": "store",
    "branch": "engine.expose",
    "catalogue": "models.catalogue",
    "expose": "engine.expose",
    "go_on": "engine.expose",
    "load": "models.loading",
    "reopen": "store",
    "repeat": "engine.expose",
    "replay": "stages",
}


def __getattr__(name: str) -> Any:
    """A public name, from the room it lives in."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
