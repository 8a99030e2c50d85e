"""What a training, the judge or an evaluation lacks."""

from pathlib import Path

from apparatus.errors.error import ApparatusError


class OutOfMemory(ApparatusError, MemoryError):
    """A training's batch does not fit; its last checkpoint stands."""

    def __init__(self, part: str, step: int) -> None:
        """`step` is the one that did not fit."""
        self.part, self.step = part, step
        super().__init__(
            f"Out of memory in step {step} of training {part}. The last checkpoint is kept: "
            "run the same command again with a smaller --batch, and it goes on from there."
        )


class CannotGoOn(ApparatusError, ValueError):
    """A training's checkpoint is of another network than the one to be trained."""

    def __init__(self, checkpoint: Path) -> None:
        """`checkpoint` is the file."""
        self.checkpoint = checkpoint
        super().__init__(
            f"{checkpoint} was written by a training of another network than this one. "
            "Give another --folder, or move the checkpoint away to begin anew."
        )


class PartMissing(ApparatusError, LookupError):
    """A training needs a part that was not trained yet."""

    def __init__(self, part: str, needed: str, folder: Path) -> None:
        """`part` cannot be trained in `folder` before `needed`."""
        self.part, self.needed, self.folder = part, needed, folder
        super().__init__(
            f"Training {part} needs {needed}, and {folder} holds none. "
            f"Train it first: apparatus train {needed} --folder {folder}"
        )


class NoJudge(ApparatusError, LookupError):
    """The judge has no weights that know this world."""

    def __init__(self, folder: Path, why: str) -> None:
        """`folder` is where they should be, `why` what is wrong there."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"The judge cannot be loaded from {folder}: {why}. Train one with `apparatus train judge`, "
            "then give its folder with --judge."
        )


class NoNeighbours(ApparatusError, LookupError):
    """A model's training pictures cannot be compared with a picture."""

    def __init__(self, folder: Path, why: str) -> None:
        """`folder` is the model's, `why` what is missing or wrong in it."""
        self.folder, self.why = str(folder), why
        super().__init__(
            f"The training pictures nearest to a picture cannot be found for {folder}: {why}. "
            "Make what is missing with `apparatus train clip neighbours`, then write the model with --ship."
        )


class NoPrompts(ApparatusError, ValueError):
    """A file of prompts cannot be read, or asks for nothing."""

    def __init__(self, file: Path, why: str) -> None:
        """`why` says what is wrong with it."""
        self.file, self.why = str(file), why
        super().__init__(
            f"No prompts in {file}: {why}. Give a file in UTF-8: one prompt a line, in words of the world."
        )
