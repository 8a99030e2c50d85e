"""Moving pictures of a run: from the noise to the picture, or from one branch to another."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image

from apparatus.errors import FilmFailed, OutOfRange, StepNotFound
from apparatus.pictures import colours
from apparatus.record import Exposure, Record, Step

Kind = Literal["gif", "png", "mp4"]
Recorded = Callable[[str], Record]
"""What opens the record of an exposure by its id; it may raise a LookupError where there is none."""

RATE = 30
"""Pictures a second in a film file, so that every player takes it; a frame is shown several times."""


def formats() -> tuple[Kind, ...]:
    """What animations can be made here: mp4 only where the program `ffmpeg` is."""
    return ("gif", "png", "mp4") if shutil.which("ffmpeg") else ("gif", "png")


def frames(exposure: Exposure) -> list[Image.Image]:
    """The noise, what each step predicts of the clean picture, and the finished one, RGB and of one size.

    A step whose picture was not kept is passed over.

    Raises:
        StepNotFound: it has no steps yet.
    """
    if not exposure.steps:
        raise StepNotFound(0, 0)
    return _sized([*_noise(exposure), *_seen(exposure.steps), *_finished(exposure)])


def walk(one: Exposure, other: Exposure, recorded: Recorded) -> list[Image.Image]:
    """From one branch to another of its family: back to where the two part, then forward.

    The finished picture of `one`, its steps backwards, the last step they share (or the noise), then the
    steps of `other` and its finished picture.

    Raises:
        StepNotFound: one of them has no steps yet.
        OutOfRange: they did not grow from the same exposure.
    """
    if not (one.steps and other.steps):
        raise StepNotFound(0, 0)
    at = parting(one.record, other.record, recorded)
    back = [*_seen(one.steps[at:]), *_finished(one)][::-1]
    middle = _seen(one.steps[at - 1 : at]) if at else [*_noise(one), *_noise(other)]
    forward = [*_seen(other.steps[at:]), *_finished(other)]
    way = _sized([*back, *middle, *forward])
    return [frame for place, frame in enumerate(way) if place == 0 or frame != way[place - 1]]


def parting(one: Record, other: Record, recorded: Recorded) -> int:
    """How many steps two exposures of one family share.

    Raises:
        OutOfRange: they did not grow from the same exposure.
    """
    mine, theirs = _lineage(one, recorded), _lineage(other, recorded)
    for ancestor, shared in mine.items():
        if ancestor in theirs:
            return min(shared, theirs[ancestor], len(one.steps), len(other.steps))
    raise OutOfRange("other", other.id, f"an exposure of the same tree as {one.id}")


def _lineage(record: Record, recorded: Recorded) -> dict[str, int]:
    """An exposure and those it came from, nearest first, with how many of its steps it has of each."""
    found = {record.id: len(record.steps)}
    while record.parent is not None and record.parent not in found:  # one altered by hand may go in a ring
        found[record.parent] = min(found[record.id], record.branch_step or 0)
        try:
            record = recorded(record.parent)
        except LookupError:  # it is gone; that it was there is known all the same
            break
    return found


def animation(
    pictures: Sequence[Image.Image],
    kind: Kind = "gif",
    seconds: int | float = 0.15,
    hold: int | float = 2.0,
    *,
    enlarged: int = 1,
) -> bytes:
    """A file in which the pictures follow each other, `seconds` each, the last one `hold` seconds.

    "gif" and "png" (an animated PNG, which loses nothing) begin again for ever. `enlarged` makes a square of
    so many pixels of each one.

    Raises:
        OutOfRange: that format cannot be made here, there are no pictures, or they would be too quick.
        FilmFailed: ffmpeg could not make it.
    """
    if kind not in formats():
        raise OutOfRange("format", kind, ", ".join(formats()))
    if not 0.02 <= seconds <= 10 or not 0.02 <= hold <= 60:
        raise OutOfRange("seconds", seconds if 0.02 <= hold <= 60 else hold, "0.02 to 10, the last one to 60")
    if not pictures or not 1 <= enlarged <= 16:
        raise OutOfRange("pictures", len(pictures), "1 and more, enlarged 1 to 16 times")
    shown = [_enlarged(picture, enlarged) for picture in _sized(pictures)]
    lengths = [seconds] * (len(shown) - 1) + [hold]
    if kind == "mp4":
        return _mp4(shown, seconds, hold)
    return _gif(shown, lengths) if kind == "gif" else _apng(shown, lengths)


def _gif(shown: Sequence[Image.Image], lengths: Sequence[float]) -> bytes:
    """A GIF; each picture has 256 colours of its own, and errors are spread to its neighbours."""
    file = BytesIO()
    first, *others = (_dithered(picture) for picture in shown)
    durations = [max(20, 10 * round(100 * length)) for length in lengths]
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=durations,
        loop=0,
        disposal=1,
        optimize=False,
    )
    return file.getvalue()


def _dithered(picture: Image.Image) -> Image.Image:
    palette = picture.quantize(256, Image.Quantize.MEDIANCUT, kmeans=2)
    return picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _apng(shown: Sequence[Image.Image], lengths: Sequence[float]) -> bytes:
    file = BytesIO()
    durations = [1000 * length for length in lengths]
    shown[0].save(file, "PNG", save_all=True, append_images=shown[1:], duration=durations, loop=0)
    return file.getvalue()


def _mp4(shown: Sequence[Image.Image], seconds: int | float, hold: int | float) -> bytes:
    """H.264 that every player takes: yuv420p, even sizes, the colours of high-definition television.

    Raises:
        FilmFailed: ffmpeg could not make it.
    """
    size = f"{shown[0].width}x{shown[0].height}"
    even = (
        f"fps={RATE},pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    )
    tagged = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        command = [
            shutil.which("ffmpeg") or "ffmpeg", "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", f"{1 / seconds:.6f}", "-i", "pipe:0",
            "-an", "-vf", even, "-c:v", "libx264", "-preset", "medium", "-crf", "16", *tagged,
            "-movflags", "+faststart", str(film),
        ]  # fmt: skip
        _run(command, [*shown, *[shown[-1]] * (max(1, round(hold / seconds)) - 1)])
        return film.read_bytes()


def _run(command: Sequence[str], shown: Sequence[Image.Image]) -> None:
    """Give a program pictures as raw RGB, one after the other, until it has made its file.

    Raises:
        FilmFailed: it could not be started, or it gave up.
    """
    with tempfile.TemporaryFile() as said:
        try:
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said) as program:
                assert program.stdin is not None, "it was asked for"
                with suppress(BrokenPipeError):  # it gave up; what it said tells why
                    for picture in shown:
                        program.stdin.write(picture.tobytes())
                    program.stdin.close()
        except OSError as error:
            raise FilmFailed(error.strerror or str(error)) from error
        if program.returncode:
            said.seek(0)
            raise FilmFailed(said.read().decode(errors="replace"))


def _noise(exposure: Exposure) -> list[Image.Image]:
    """The initial latents in colours, a square a cell, as large as the picture."""
    if exposure.noise is None:
        return []
    shown = colours(exposure.noise, exposure.record.model.latents)
    with Image.open(BytesIO(shown.png)) as small:
        return [small.convert("RGB").resize(_size(exposure), Image.Resampling.NEAREST)]


def _size(exposure: Exposure) -> tuple[int, int]:
    """Of its pictures."""
    seen = _finished(exposure) or _seen(exposure.steps)
    settings = exposure.record.settings
    return seen[0].size if seen else (settings.width or 512, settings.height or 512)


def _seen(steps: Sequence[Step]) -> list[Image.Image]:
    return [picture for step in steps if (picture := step.picture) is not None]


def _finished(exposure: Exposure) -> list[Image.Image]:
    return [exposure.picture] if exposure.picture is not None else []


def _sized(shown: Sequence[Image.Image]) -> list[Image.Image]:
    """In RGB, all as large as the last one; a smaller one in whole pixels, without smoothing."""
    size = shown[-1].size if shown else (0, 0)
    return [
        picture.convert("RGB").resize(size, Image.Resampling.NEAREST) if picture.size != size else
        picture.convert("RGB")
        for picture in shown
    ]  # fmt: skip


def _enlarged(picture: Image.Image, times: int) -> Image.Image:
    if times == 1:
        return picture
    return picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
