"""Guidance taken apart: the prediction with the prompt, the one without, and the clean latents they point to.

cond, uncond = split(scheme, stepped.predictions, stepped.latents)
scheme.combine(cond, uncond, 7.5)           # bit for bit what `scheduler.step` was given
denoised(pipeline.scheduler, stepped.model_output, stepped.timestep, stepped.latents, stepped.sigma)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from apparatus.record import Branch, Guidance
from apparatus.taps import first

Latents = Float[Tensor, "rows channels height width"] | Float[Tensor, "rows tokens features"]


def classifier_free(cond: Latents, uncond: Latents, scale: float) -> Latents:
    """The prediction pushed away from `uncond`, `scale` times as far as `cond` lies.

    Source: Ho and Salimans, Classifier-Free Diffusion Guidance (2022), as diffusers 0.42.1 writes it.
    """
    return uncond + scale * (cond - uncond)


def normed(cond: Latents, uncond: Latents, scale: float) -> Latents:
    """The same, made as long as `cond` is, along the last axis.

    Source: diffusers 0.42.1, pipelines/qwenimage/pipeline_qwenimage.py, `__call__`.
    """
    guided = classifier_free(cond, uncond, scale)
    return guided * (torch.norm(cond, dim=-1, keepdim=True) / torch.norm(guided, dim=-1, keepdim=True))


@dataclass(frozen=True)
class Scheme:
    """How a family asks its denoiser with and without the prompt, and puts the two answers together.

    The answers come in `order`, stacked in one call or in one call each; a call that comes after them
    (skip-layer guidance, in Stable Diffusion 3.5) is neither. `read` makes of what a call returned what
    `scheduler.step` is given of it.
    """

    order: tuple[Branch, Branch] = ("uncond", "cond")
    stacked: bool = True
    read: Callable[[Any], Tensor] = first
    combine: Callable[[Tensor, Tensor, float], Tensor] = classifier_free

    def cond(self, rows: Tensor, pictures: int) -> Tensor:
        """Of a denoiser's rows those with the prompt: all of them, if guidance does not act."""
        guided = self.stacked and len(rows) == 2 * pictures
        return rows.chunk(2)[self.order.index("cond")] if guided else rows


def split(scheme: Scheme, predictions: Sequence[Any], latents: Tensor) -> tuple[Tensor, Tensor | None]:
    """The predictions of a step with and without the prompt; None without guidance.

    Each has the shape of the latents: what is said beyond them, of a variance or of a picture that is
    edited, is left out. Whether guidance acts is read from the calls themselves, since a pipeline may end
    it half-way.
    """
    answers = tuple(scheme.read(each)[:, : latents.shape[1]] for each in predictions[:2])
    if scheme.stacked:
        answers = answers[0].chunk(len(answers[0]) // len(latents))
    if len(answers) == 1:
        return answers[0], None
    branches = dict(zip(scheme.order, answers, strict=True))
    return branches["cond"], branches["uncond"]


def facts(cond: Latents, uncond: Latents, scale: float) -> Guidance:
    """How guidance acted in one step."""
    return Guidance(scale=scale, cond=rms(cond), uncond=rms(uncond), delta=rms(cond - uncond))


def rms(tensor: Tensor) -> float:
    """Root mean square: the size of a typical number in it."""
    return float(tensor.float().square().mean().sqrt())


def denoised(
    scheduler: Any,
    model_output: Latents,
    timestep: Tensor | float,
    latents: Latents,
    sigma: Tensor | float | None,
) -> Latents | None:
    """The clean latents that the model output points to from here, before the step is taken, in float32.

    What some schedulers return as `pred_original_sample`, for all whose `mixture` is known; None for others.
    Of samplers that mix several model outputs into one step, what this one alone points to.
    """
    parts = mixture(scheduler, timestep, sigma)
    if parts is None:
        return None
    signal, noise = parts
    latents, model_output = latents.float(), model_output.float()
    if hasattr(scheduler, "precondition_outputs"):  # EDM
        return scheduler.precondition_outputs(latents, model_output, sigma)
    match _prediction(scheduler):
        case "epsilon":
            clean = (latents - noise * model_output) / signal
        case "v_prediction" | "trigflow":
            size = (signal**2 + noise**2) ** 0.5
            clean = (signal * latents / size - noise * model_output) / size
        case "flow_prediction":
            clean = latents - noise * model_output
        case _:  # "sample"
            clean = model_output
    if scheduler.config.get("clip_sample"):
        clean = clean.clamp(-scheduler.config.clip_sample_range, scheduler.config.clip_sample_range)
    return clean


def mixture(
    scheduler: Any, timestep: Tensor | float, sigma: Tensor | float | None
) -> tuple[Tensor | float, Tensor | float] | None:
    """How much clean latents and how much noise make up the latents before a step; None if not known.

    latents = signal * clean + noise * ε, with ε of unit variance.
    """
    prediction = _prediction(scheduler)
    if prediction == "trigflow":
        angle = torch.as_tensor(timestep)
        return angle.cos(), angle.sin()
    if sigma is None and hasattr(scheduler, "alphas_cumprod"):
        kept = scheduler.alphas_cumprod[int(timestep)]
        return kept**0.5, (1 - kept) ** 0.5
    if sigma is None or prediction is None:
        return None
    if prediction == "flow_prediction":
        return 1 - sigma, sigma
    if scheduler.init_noise_sigma > 1:  # the samplers of Karras et al. let the noise grow, and scale it down
        return 1.0, sigma
    size = (sigma**2 + 1) ** 0.5
    return 1 / size, sigma / size


def _prediction(scheduler: Any) -> str | None:
    """What the model output is; schedulers of flow matching, which know one kind only, leave it unsaid."""
    unsaid = "flow_prediction" if type(scheduler).__name__.startswith("FlowMatch") else None
    return scheduler.config.get("prediction_type", unsaid)
