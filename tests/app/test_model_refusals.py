"""What keeps a model from being had is said in both languages, each in a sentence of its own."""

import pytest

from app.i18n import speaking
from app.refusals import problem, refusal
from apparatus.errors import (
    DamagedFile,
    FileMissing,
    LoraMisfit,
    NotALora,
    NotTextToImage,
    OnlyPickles,
    OwnCode,
    TooLarge,
    UnknownClass,
    UnknownDevice,
    UnknownDtype,
)

ERRORS = [
    OnlyPickles("/x", "unet/model.bin"),
    DamagedFile("/x", "unet/model.safetensors", "it is short"),
    FileMissing("/x", "unet/model.safetensors"),
    NotTextToImage("/x", "WanPipeline"),
    UnknownClass("/x", "UNetOfTomorrow", "diffusers 0.42.1"),
    OwnCode("/x", "unet"),
    TooLarge("x", 24 * 10**9, 10**9, "cuda"),
    NotALora("x.safetensors", "there is no such file"),
    LoraMisfit("x.safetensors", "obscura", "its sizes differ"),
    UnknownDevice("cuda", ["cpu"]),
    UnknownDtype("int4", ["float32"]),
]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_has_a_sentence_of_its_own(language):
    with speaking(language):
        said = {refusal(error) for error in ERRORS}
    assert len(said) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS[:9], ids=lambda error: type(error).__name__)
def test_its_own_words_tell_which_it_is(error):
    assert problem(str(error)) == type(error).__name__
