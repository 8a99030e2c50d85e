"""What the library refuses, said in the reader's language. Nothing of what was typed is repeated."""

from app.i18n import _
from app.wording import plain
from apparatus.errors import (
    ApparatusError,
    BrokenRecord,
    DiskFull,
    EngineClosed,
    ExposureNotFound,
    ModelNotFound,
    NotAModel,
    OutOfRange,
    StoreUnwritable,
    WorkerDied,
)
from apparatus.settings import LONGEST_PROMPT, bounds


def refusal(error: ApparatusError) -> str:
    """One sentence: what was asked, what there is, what to do."""
    if isinstance(error, OutOfRange):
        return _out_of_range(error)
    return _sentences().get(type(error), _("The apparatus stopped. Making the picture again may help."))


def _out_of_range(error: OutOfRange) -> str:
    names = {
        "prompt": _("The prompt"),
        "negative_prompt": _("The negative prompt"),
        "seed": _("The seed"),
        "num_inference_steps": _("The number of steps"),
        "guidance_scale": _("The guidance scale"),
        "height": _("The height"),
        "width": _("The width"),
    }
    name = names.get(error.setting)
    if name is None:
        return _("One of the settings is not among those the model takes. Choose another.")
    if error.setting in ("prompt", "negative_prompt"):
        sentence = _("{name} is too long: it may have {limit} characters. Shorten it.")
        return sentence.format(name=name, limit=plain(LONGEST_PROMPT))
    low, high = bounds(error.setting)
    sentence = _("{name} goes from {low} to {high}. Choose a value in that range.")
    return sentence.format(name=name, low=plain(low), high=plain(high))


def _sentences() -> dict[type[ApparatusError], str]:
    return {
        ExposureNotFound: _("There is no exposure of that name here. The archive shows those there are."),
        BrokenRecord: _("The record of this exposure is damaged and cannot be read. The others still open."),
        StoreUnwritable: _(
            "Exposures cannot be written to their folder. Its rights must be given back on this machine."
        ),
        DiskFull: _(
            "The disk is full, so this exposure was not kept. What was there is untouched; room must be made."
        ),
        ModelNotFound: _("The model asked for is not in the catalogue. Choose another."),
        NotAModel: _("The model's folder is incomplete and cannot be loaded. It must be installed anew."),
        EngineClosed: _("The engine is closing and takes no more exposures. Reload the page in a moment."),
        WorkerDied: _("The worker stopped in the middle of it. Another has taken its place: try again."),
    }
