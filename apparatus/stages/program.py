"""Who programmed it: the model, its parts, its licence, what it was trained on."""

from pathlib import Path

from apparatus.record import Exposure
from apparatus.stages.event import Event


def lay_open(exposure: Exposure) -> Event:
    """The program that plays; `parameters` is the sum over its parts."""
    model = exposure.record.model
    parts = [{"name": p.name, "class": p.kind, "parameters": p.parameters} for p in model.parts]
    data = {
        "model": model.id,
        "pipeline": model.pipeline,
        "scheduler": model.scheduler,
        "parts": parts,
        "parameters": sum(part.parameters for part in model.parts),
        "licence": model.licence,
        "training": model.training,
        "unseen": model.unseen,
        "placement": model.placement.model_dump() if model.placement else None,
        "loras": [
            {"name": Path(lora.file).stem, "weight": lora.weight} for lora in exposure.record.settings.loras
        ],
        "fits": [fit.model_dump() for fit in model.loras],
    }
    return Event(exposure=exposure.id, stage="program", kind="model", data=data)
