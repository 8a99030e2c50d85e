"""In which numbers to compute: bfloat16 where the processor has instructions for it, else float32.

Without them bfloat16 is computed all the same, many times slower than float32.
"""

from typing import Any

import torch


def halves(device: str) -> bool:
    """Whether a device of this type ("cpu", "cuda") is quicker in bfloat16."""
    if device != "cpu":
        return True
    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # older torch has none
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def mixed(device: str) -> torch.autocast:
    """A scope in which matrices are multiplied in bfloat16, where that is quicker."""
    return torch.autocast(device, torch.bfloat16, enabled=halves(device))
