"""Where things stand on a contact sheet: the finished picture spans some columns, the steps go round it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

GAP = 26
"""Pixels between two frames, side by side."""

ABOVE, BELOW, AIR = 34, 32, 16
"""Pixels over a frame for its number, under it for its numbers, and between two rows."""

CAPTION = 90
"""Pixels for what is said of a finished picture that stands over the frames."""

SMALLEST, LARGEST = 196, 700
"""How wide a frame may be, in pixels: narrower ones' numbers cannot be read, wider ones rival the picture."""


@dataclass(frozen=True)
class Grid:
    """Frames in `columns`; the finished picture spans the first `span` of them in the first `span` rows.

    Where it spans all of them, the frames stand beneath it.
    """

    count: int
    columns: int
    span: int
    wide: int
    high: int

    @property
    def pitch(self) -> tuple[int, int]:
        """From one frame to the next, to the right and down."""
        return self.wide + GAP, ABOVE + self.high + BELOW + AIR

    @property
    def beside(self) -> int:
        """How many frames there is room for at the finished picture's side."""
        return (self.columns - self.span) * self.span

    @property
    def over(self) -> int:
        """How many pixels of height are the finished picture's alone."""
        return self.picture[1] + ABOVE + CAPTION if self.span == self.columns else 0

    @property
    def rows(self) -> int:
        """How many rows there are, those beside the picture included."""
        return bool(self.beside) * self.span + max(0, ceil((self.count - self.beside) / self.columns))

    @property
    def height(self) -> int:
        """In pixels, all of it."""
        return self.over + self.rows * self.pitch[1] - AIR

    @property
    def picture(self) -> tuple[int, int]:
        """How large the finished picture is shown."""
        wide = self.span * self.pitch[0] - GAP
        return wide, round(wide * self.high / self.wide)

    def frames(self) -> Iterator[tuple[int, int]]:
        """The upper left corner of each frame's picture, in pixels from the grid's own."""
        across, down = self.pitch
        row, column = (0, self.span) if self.beside else (0, 0)
        for _ in range(self.count):
            if column >= self.columns:
                row, column = row + 1, self.span if row + 1 < self.span and self.beside else 0
            yield column * across, self.over + row * down + ABOVE
            column += 1

    def worth(self, room: int) -> float:
        """How well it fills a page that leaves `room` pixels: no ragged end, large frames, no hole."""
        left = self.beside - self.count
        missing = left if left > 0 else left % self.columns
        share = self.span / self.columns if self.beside else 0.7
        return (
            min(self.height / room, 1)
            - 0.5 * missing / self.columns
            - 0.04 * self.columns
            - 2 * max(0.0, share - 0.75)
            - 2 * max(0.0, 0.45 - share)
        )


def grid(count: int, width: int, room: int, ratio: float) -> Grid:
    """The best way to set so many frames of that ratio (height to width); the lowest if none fits."""
    good = [
        each
        for columns in range(1, 24)
        for span in range(1, columns + 1)
        for each in [_grid(count, columns, span, width, ratio)]
        if SMALLEST <= each.wide <= LARGEST
    ]
    fitting = [each for each in good if each.height <= room]
    if not fitting:
        return min(good, key=lambda each: each.height)
    return max(fitting, key=lambda each: each.worth(room))


def _grid(count: int, columns: int, span: int, width: int, ratio: float) -> Grid:
    wide = (width - (columns - 1) * GAP) // columns
    return Grid(count, columns, span, wide, round(wide * ratio))
