"""Finished exposures with a picture of which every pixel can be told from its neighbours."""

import numpy as np
from PIL import Image

from apparatus.record import Exposure, ModelFacts, Record, StepFacts
from apparatus.settings import Settings


def picture(size: tuple[int, int] = (64, 64)) -> Image.Image:
    """Colours that change from each pixel to the next."""
    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    shades = np.stack([across * 37 % 251, down * 53 % 241, (across + down) * 71 % 239], axis=-1)
    return Image.fromarray(shades.astype(np.uint8))


def shot(size: tuple[int, int] = (64, 64), prompt: str = "un bateau rouge", **facts) -> Exposure:
    """A finished exposure that was kept nowhere yet."""
    asked = {"width": size[0], "height": size[1]} | facts.pop("asked", {})
    settings = Settings(prompt=prompt, seed=7, num_inference_steps=3, guidance_scale=3.5, **asked)
    record = Record(
        **{"id": "20261122-123456-ab12", "created": "2026-11-22T12:34:56Z", "state": "finished"} | facts,
        settings=settings,
        model=ModelFacts(id="obscura", pipeline="StableDiffusionPipeline", scheduler="DDIMScheduler"),
        steps=[StepFacts(index=n, of=3, timestep=999 - n) for n in range(3)],
        software={"apparatus": "0.1.0"},
    )
    return Exposure(record, {}, {"picture.png": picture(size)})
