"""Chance: a seed, and the noise drawn from it, in which the picture will be found."""

from apparatus import pictures
from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """The initial latents, as colours and channel by channel."""
    latents = pictures.one(exposure.noise)
    colours = pictures.colours(latents, exposure.record.model.latents)
    channels = pictures.channels(latents)
    data = {
        "seed": exposure.record.settings.seed,
        "shape": list(latents.shape),
        "mean": float(latents.mean()),
        "std": float(latents.std()),
        "projection": colours.projection,
        "channels": {"limit": channels.limit, "columns": channels.columns},
    }
    shown = {"latents": colours.png, "channels": channels.png}
    return Event(exposure=exposure.id, stage="noise", kind="noise", data=data, pictures=shown)
