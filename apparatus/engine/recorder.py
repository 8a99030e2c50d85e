"""What the runner sees becomes entries in the record, tensors, previews and events."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import perf_counter

import torch
from PIL import Image
from torch import Tensor

from apparatus import attention, guidance, neighbours
from apparatus.adapters import adapter_for, preview
from apparatus.errors import NoNeighbours
from apparatus.models.loading import Model
from apparatus.record import Exposure, Record, StepFacts
from apparatus.runs import Decoded, Encoded, Noised, Stepped
from apparatus.stages import Event, denoise, encode, noise
from apparatus.store import Draft


class Recorder:
    """Watches a run for one exposure, and tells what it sees as it happens."""

    def __init__(
        self, model: Model, record: Record, emit: Callable[[Event], None], draft: Draft | None
    ) -> None:
        self.model, self.record, self.emit, self.draft = model, record, emit, draft
        self.tensors: dict[str, Tensor] = {}
        self.exposure = Exposure(record, self.tensors)
        self.adapter = adapter_for(model.pipeline)
        self.maps: attention.Maps = []

    @contextmanager
    def attending(self) -> Iterator[None]:
        """A scope in which it sees where each word looks, if the family's attention is known."""
        settings = self.record.settings
        if self.adapter.text is None:
            yield
            return
        size = (settings.height or 0, settings.width or 0)
        with attention.watch(self.model.pipeline, size, self.adapter.scheme, self.adapter.text) as self.maps:
            yield

    def __call__(self, seen: Encoded | Noised | Stepped | Decoded) -> None:
        """Take in one thing; the time that takes is none of the pipeline's."""
        began = perf_counter()
        match seen:
            case Encoded():
                self._encoded(seen)
            case Noised():
                self._noised(seen)
            case Stepped():
                self._stepped(seen)
            case Decoded():
                self._took("decode", seen.seconds)
                self.tensors["decode/latents"] = kept(seen.latents)
        self._took("previews", perf_counter() - began)

    def looked(self, picture: Image.Image) -> None:
        """Keep how the model's own CLIP sees the finished picture, where an index can be compared with it."""
        folder = self.model.entry.folder
        if folder is None or not neighbours.indexed(folder):
            return
        began = perf_counter()
        with suppress(NoNeighbours):  # whoever asks for the nearest is told
            eye = neighbours.eye(folder)
            self.tensors[eye.image_embeds] = torch.from_numpy(neighbours.embeddings(eye, [picture])[0])
        self._took("look", perf_counter() - began)

    def _took(self, what: str, seconds: float) -> None:
        self.record.timings[what] = self.record.timings.get(what, 0.0) + seconds

    def _encoded(self, seen: Encoded) -> None:
        self._took("encode", seen.seconds)
        tokenizer = getattr(self.model.pipeline, seen.encoder.replace("text_encoder", "tokenizer"), None)
        if seen.layers:
            states = torch.stack([kept(layer) for layer in seen.layers])
            self.tensors[f"{seen.encoder}/{seen.call}/hidden_states"] = states
        if seen.ids is None or tokenizer is None:
            return
        branch = self.adapter.texts[seen.call % len(self.adapter.texts)]
        settings = self.record.settings
        masks = seen.mask.tolist() if seen.mask is not None else [None] * len(seen.ids)
        for row, (ids, mask) in enumerate(zip(seen.ids.tolist(), masks, strict=True)):
            encoding = encode.read(
                tokenizer,
                settings.prompt if branch == "cond" else settings.negative_prompt,
                ids,
                mask,
                encoder=seen.encoder,
                branch=branch,
                call=seen.call,
                row=row,
                known=self.model.vocabulary.__contains__ if self.model.vocabulary else None,
            )
            self.record.encodings.append(encoding)
            self.emit(encode.lay_open(self.exposure, encoding))

    def _noised(self, seen: Noised) -> None:
        self.tensors["noise"] = kept(seen.latents)
        self.emit(noise.lay_open(self.exposure))

    def _stepped(self, seen: Stepped) -> None:
        self._took("denoise", seen.seconds)
        arrays = self._arrays(seen)
        for name, tensor in arrays.items():
            self.tensors[f"steps/{seen.index:03d}/{name}"] = kept(tensor)
        self.tensors["latents"] = kept(seen.prev_latents)
        pipeline = self.model.pipeline
        picture = preview(pipeline, arrays["denoised"]) if "denoised" in arrays else None
        if picture is not None:
            shown = pipeline.image_processor.postprocess(picture)[0]
            self.exposure.pictures[f"steps/{seen.index:03d}.webp"] = shown
        self.record.steps.append(self._facts(seen, arrays))
        if self.draft:
            self.draft.note(self.exposure)  # before it is told: what was told is kept, whatever comes
        self.emit(denoise.lay_open(self.exposure.steps[-1]))

    def _arrays(self, seen: Stepped) -> dict[str, Tensor]:
        """What there is to see of a step, by the names it is kept under."""
        scheduler = self.model.pipeline.scheduler
        cond = uncond = None
        if self.adapter.scheme:
            cond, uncond = guidance.split(self.adapter.scheme, seen.predictions, len(seen.latents))
        looked = self.maps.pop() if self.maps else None
        arrays = {
            "latents": seen.latents,
            "model_output": seen.model_output,
            "cond": cond,
            "uncond": uncond,
            "denoised": guidance.denoised(
                scheduler, seen.model_output, seen.timestep, seen.latents, seen.sigma
            ),
            "attention": None if looked is None else looked[0],
        }
        return {name: tensor for name, tensor in arrays.items() if tensor is not None}

    def _facts(self, seen: Stepped, arrays: dict[str, Tensor]) -> StepFacts:
        """A step in numbers."""
        signal, noise = guidance.mixture(self.model.pipeline.scheduler, seen.timestep, seen.sigma) or (
            None,
            1.0,
        )
        clear = None if signal is None else float(signal**2)
        variance = float(noise**2) + (clear or 0.0)
        strength = self.record.settings.guidance_scale or 1.0
        guided = "uncond" in arrays
        return StepFacts(
            index=seen.index,
            of=seen.of,
            timestep=float(seen.timestep),
            sigma=None if seen.sigma is None else float(seen.sigma),
            signal=None if clear is None else clear / variance,
            scale=variance**0.5,
            seconds=seen.seconds,
            moved=guidance.rms(seen.prev_latents - seen.latents),
            guidance=guidance.facts(arrays["cond"], arrays["uncond"], strength) if guided else None,
        )


def kept(tensor: Tensor) -> Tensor:
    """A copy on the CPU: the pipeline may do with its own what it likes."""
    return tensor.detach().to("cpu", copy=True)
