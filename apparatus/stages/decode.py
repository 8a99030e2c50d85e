"""Latents become pixels: few numbers in, many out, and the decoder makes up the difference."""

from typing import Any

from apparatus import pictures
from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """How many numbers went into the decoder and came out of it, and the latents it was given."""
    picture = exposure.picture or exposure.picture_of("decoded.webp")
    assert picture is not None, "lay a decoding open once there is a picture"
    latents = exposure.tensors.get("decode/latents", exposure.latents)
    data: dict[str, Any] = {
        "width": picture.width,
        "height": picture.height,
        "numbers_out": picture.width * picture.height * len(picture.getbands()),
        "seconds": exposure.record.timings.get("decode"),
    }
    if latents is None:
        return Event(exposure=exposure.id, stage="decode", kind="picture", data=data)
    given, loop = pictures.one(latents), exposure.latents
    alike = loop is not None and loop.shape == latents.shape  # all but the scale
    # What is known of a latent space is known at the loop's scale
    colours = pictures.colours(loop if alike else given, exposure.record.model.latents)
    data |= {"numbers_in": given.size, "shape": list(given.shape), "projection": colours.projection}
    shown = {"latents": colours.png}
    return Event(exposure=exposure.id, stage="decode", kind="picture", data=data, pictures=shown)
