"""A trained model made ready to be given away: half precision, and nothing of the machine that made it.

`python -m apparatus.training.shipping .training/obscura apparatus/models/obscura`
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline

from apparatus.training import tokenizer

UNSAID = {
    "vae": ("_name_or_path", "block_out_channels"),  # AutoencoderTiny writes the second, and warns of it
    "unet": ("_name_or_path",),
    "text_encoder": ("_name_or_path",),
}
READABLE = 0o644


def ship(trained: Path, folder: Path) -> None:
    """Write the pipeline in `trained` to `folder` in fp16, with the world's vocabulary beside it.

    The weights are halves, the configurations say float32: so that stock diffusers computes all parts in
    one precision when it is told none.
    """
    pipeline = StableDiffusionPipeline.from_pretrained(trained, torch_dtype=torch.float16)
    pipeline.save_pretrained(folder)
    tokenizer.save(folder)
    for part, unsaid in UNSAID.items():
        config = folder / part / "config.json"
        said = json.loads(config.read_text("utf-8"))
        kept = {key: value for key, value in said.items() if key not in unsaid}
        if part == "text_encoder":
            kept["dtype"] = "float32"
        config.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    for file in folder.rglob("*.safetensors"):
        file.chmod(READABLE)


if __name__ == "__main__":
    ship(Path(sys.argv[1]), Path(sys.argv[2]))
