"""LoRA files as they are trained, with random weights."""

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict


def trained(pipeline: Any, file: Path, seed: int, text: bool) -> Path:
    """Write a LoRA on the attention of a pipeline's UNet, and of its text encoder, in diffusers' form."""
    torch.manual_seed(seed)
    said: dict[str, Any] = {"r": 2, "lora_alpha": 4, "init_lora_weights": False}
    pipeline.unet.add_adapter(LoraConfig(target_modules=["to_q", "to_v"], **said))
    layers = {"unet_lora_layers": get_peft_model_state_dict(pipeline.unet)}
    if text:
        pipeline.text_encoder.add_adapter(LoraConfig(target_modules=["q_proj", "v_proj"], **said))
        layers["text_encoder_lora_layers"] = get_peft_model_state_dict(pipeline.text_encoder)
    type(pipeline).save_lora_weights(file.parent, weight_name=file.name, **layers)
    return file
