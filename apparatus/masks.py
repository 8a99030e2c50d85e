"""A painted region, as a person paints it: cells, each painted or not."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import StringConstraints

from apparatus.errors import MaskMisfit

PAINTED, BARE = "#", "."
Row = Annotated[str, StringConstraints(pattern=f"^[{PAINTED}{BARE}]*$")]
Mask = tuple[Row, ...]
"""A region, a text for each row of the latents: "#" where a cell is painted, "." where it is not."""


def cells(rows: Sequence[str], there: tuple[int, int]) -> NDArray[np.bool_]:
    """A painted region as a map of yes and no, [rows, columns].

    Raises:
        MaskMisfit: it has not `there` rows and columns.
    """
    asked = len(rows), max(map(len, rows), default=0)
    if asked != there or any(len(row) != there[1] for row in rows):
        raise MaskMisfit(asked, there)
    return np.array([[cell == PAINTED for cell in row] for row in rows])
