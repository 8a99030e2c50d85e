"""What the runner sees becomes entries in the record, tensors, previews and events."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from apparatus import attention, guidance, neighbours, previews
from apparatus.adapters import adapter_for
from apparatus.adapters.adapter import Size
from apparatus.engine.metering import Metering
from apparatus.engine.telling import readings
from apparatus.errors import NoNeighbours
from apparatus.keeping import keeps
from apparatus.models.loading import Model
from apparatus.record import Branch, Encoding, Exposure, How, Record, StepFacts, hidden_states
from apparatus.runs import Decoded, Encoded, Noised, Stepped
from apparatus.stages import Event, denoise, encode, noise
from apparatus.store import Draft
from apparatus.tensors import Array, plain

STAGE_OF = {Encoded: "encode", Noised: "noise", Stepped: "denoise", Decoded: "decode"}


class Recorder:
    """Watches a run for one exposure, and tells what it sees as it happens.

    What the exposure has already, from a run that was paused or from its parent, it does not tell again.
    """

    def __init__(
        self,
        model: Model,
        record: Record,
        emit: Callable[[Event], None],
        draft: Draft | None,
        tensors: Mapping[str, Array] | None = None,
    ) -> None:
        self.model, self.record, self.emit, self.draft = model, record, emit, draft
        self.tensors: dict[str, Array] = dict(tensors or {})
        self.exposure = Exposure(record, self.tensors, folder=draft.folder if draft else None)
        self.adapter = adapter_for(model.pipeline)
        self.metering = Metering(model)
        self.maps: attention.Maps = []
        self.texts: dict[Branch, str] = {}
        self.strength = 1.0

    @property
    def size(self) -> Size:
        """The picture's height and width."""
        return self.record.settings.height or 0, self.record.settings.width or 0

    def stand(self, kwargs: dict[str, Any]) -> None:
        """From here on the pipeline is called with these."""
        prompt, negative_prompt = kwargs.get("prompt") or "", kwargs.get("negative_prompt") or ""
        self.texts = {"cond": prompt, "uncond": negative_prompt}
        self.strength = kwargs.get(self.adapter.guidance) or 1.0

    @contextmanager
    def attending(self) -> Iterator[None]:
        """A scope in which it sees where each word looks, if the family's attention is known."""
        if self.adapter.text is None:
            yield
            return
        pipeline, scheme = self.model.pipeline, self.adapter.scheme
        with attention.watch(pipeline, self.size, scheme, self.adapter.text) as self.maps:
            yield

    def __call__(self, seen: Encoded | Noised | Stepped | Decoded) -> None:
        """Take in one thing; the time that takes is none of the pipeline's."""
        began = perf_counter()
        self.metering.at(STAGE_OF[type(seen)])
        match seen:
            case Encoded():
                self._encoded(seen)
            case Noised():
                self._noised(seen)
            case Stepped():
                self._stepped(seen)
            case Decoded():
                self._took("decode", seen.seconds)
                latents = seen.latents.squeeze(2) if seen.latents.ndim == 5 else seen.latents  # a film of one
                self.tensors["decode/latents"] = kept(latents)
        self._took("previews", perf_counter() - began)
        self.metering.at("previews")

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

    def told(self, prompt_embeds: Tensor | None, step: int) -> None:
        """Keep the text as the denoiser got it from this step on, if it is not what it got before."""
        if prompt_embeds is None:
            return
        before = [name for name in self.tensors if name.startswith("prompt_embeds")]
        now = kept(prompt_embeds)
        if not before or not _equal(self.tensors[max(before)], now):
            self.tensors[f"prompt_embeds/from/{step:03d}" if before else "prompt_embeds"] = now

    def _encoded(self, seen: Encoded) -> None:
        self._took("encode", seen.seconds)
        if self._known(seen):
            return
        new: list[Encoding] = []
        for encoding in readings(self.model, seen, self.texts, self.record.encodings):
            same = [e for e in self.record.encodings if _place(e) == _place(encoding)]
            if not same or same[-1].tokens != encoding.tokens:
                new.append(encoding.model_copy(update={"from_step": len(self.record.steps)}))
        if seen.layers and (new or seen.ids is None):
            key = hidden_states(new[0]) if new else f"{seen.encoder}/{seen.call}/hidden_states"
            self.tensors[key] = torch.stack([kept(layer) for layer in seen.layers])
        for encoding in new:
            self.record.encodings.append(encoding)
            self.emit(encode.lay_open(self.exposure, encoding))

    def _known(self, seen: Encoded) -> bool:
        """Whether every row of this call was read before, and nothing else since."""
        rows = [] if seen.ids is None else seen.ids.tolist()
        last = {
            (e.call, e.row): [token.id for token in e.tokens]
            for e in self.record.encodings
            if e.encoder == seen.encoder
        }
        return bool(rows) and all(last.get((seen.call, row)) == ids for row, ids in enumerate(rows))

    def _noised(self, seen: Noised) -> None:
        if "noise" not in self.tensors and not self.record.steps:
            self.tensors["noise"] = self._kept(seen.latents)
            self.emit(noise.lay_open(self.exposure))

    def _stepped(self, seen: Stepped) -> None:
        self._took("denoise", seen.seconds)
        self.let_go()
        arrays = self._arrays(seen)
        for name, tensor in arrays.items():
            arranged = kept(tensor) if name == "attention" else self._kept(tensor)
            self.tensors[f"steps/{seen.index:03d}/{name}"] = arranged
        self.tensors["latents"] = self._kept(seen.prev_latents)
        how = self._preview(seen.index, arrays["denoised"]) if "denoised" in arrays else None
        self.record.steps.append(self._facts(seen, arrays, how))
        if self.draft:
            self.draft.note(self.exposure)  # before it is told: what was told is kept, whatever comes
        self.emit(denoise.lay_open(self.exposure.steps[-1]))

    def _preview(self, step: int, denoised: Tensor) -> How | None:
        """Have a picture of where it would end; how that was made."""
        pipeline = self.model.pipeline
        made = previews.preview(pipeline, denoised, self.size)
        if made is None:
            return None
        picture, how = made
        self.exposure.pictures[f"steps/{step:03d}.webp"] = pipeline.image_processor.postprocess(picture)[0]
        return how

    def let_go(self) -> None:
        """Forget the tensors that are not to be kept: what was told of them was told."""
        for name in [name for name in self.tensors if not keeps(self.record.keep, name)]:
            del self.tensors[name]

    def settle(self) -> None:
        """Forget the files that are not to be kept, too, now that the picture is there."""
        for file in [file for file in self.exposure.pictures if not keeps(self.record.keep, file)]:
            del self.exposure.pictures[file]
        if self.draft:
            self.draft.let_go(self.record.keep)

    def _arrays(self, seen: Stepped) -> dict[str, Tensor]:
        """What there is to see of a step, by the names it is kept under."""
        scheduler = self.model.pipeline.scheduler
        cond = uncond = None
        if self.adapter.scheme:
            cond, uncond = guidance.split(self.adapter.scheme, seen.predictions, seen.latents)
            cond = cond if uncond is not None else seen.model_output
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

    def _kept(self, latents: Tensor) -> Tensor:
        """A copy on the CPU, in rows and columns where it lies in a sequence."""
        return kept(self.adapter.spread(self.model.pipeline, latents, self.size))

    def _facts(self, seen: Stepped, arrays: dict[str, Tensor], how: How | None) -> StepFacts:
        """A step in numbers."""
        signal, noise = guidance.mixture(self.model.pipeline.scheduler, seen.timestep, seen.sigma) or (
            None,
            1.0,
        )
        clear = None if signal is None else float(signal**2)
        variance = float(noise**2) + (clear or 0.0)
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
            guidance=guidance.facts(arrays["cond"], arrays["uncond"], self.strength) if guided else None,
            preview=how,
        )


def kept(tensor: Tensor) -> Tensor:
    """A copy on the CPU: the pipeline may do with its own what it likes."""
    return tensor.detach().to("cpu", copy=True)


def _place(encoding: Encoding) -> tuple[str, Branch, int]:
    return encoding.encoder, encoding.branch, encoding.row


def _equal(before: Array, now: Array) -> bool:
    before, now = plain(before), plain(now)
    return before.shape == now.shape and bool((before == now).all())
