"""How many numbers a part holds, counted on its real classes without a weight: on torch's meta device.

`python -m apparatus.models.counting` counts the parts of `known/` again and writes the counts beside
their configurations, where `apparatus.models.sizes` reads them without torch.
"""

import json
import os
from importlib import import_module
from typing import Any

import torch
from torch import nn

from apparatus.models.sizes import KNOWN

SUBMODULES = {"StableDiffusionSafetyChecker": "diffusers.pipelines.stable_diffusion.safety_checker"}
"""Where a class lies that its library does not name at its top."""


def count(library: str, kind: str, config: dict[str, Any]) -> int:
    """The parameters of a class of diffusers or transformers, built to `config`; shared ones count once."""
    part = getattr(import_module(SUBMODULES.get(kind, library)), kind)
    with torch.device("meta"):
        module: nn.Module = _built(part, config)
    return sum(parameter.numel() for parameter in module.parameters())


def _built(part: Any, config: dict[str, Any]) -> Any:
    """The part with no value in it."""
    if hasattr(part, "config_class"):
        return part(part.config_class.from_dict(config))
    return part.from_config(config)


def recount() -> None:
    """Count every known part and write what was found."""
    for file in sorted(KNOWN.glob("*.json")):
        model = json.loads(file.read_text("utf-8"))
        for part in model["parts"]:
            if "like" in part:
                continue
            part["parameters"] = count(part["library"], part["kind"], part["config"])
            print(f"{model['title']}: {part['kind']} {part['parameters']:,}", flush=True)
        file.write_text(json.dumps(model, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    recount()
