"""The training pictures on disk: rendered once, then mapped into memory."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apparatus.world.renderer import SIDE, picture

CHUNK = 1000


def rendered(folder: Path, count: int) -> NDArray[np.uint8]:
    """Pictures 0 to `count`, (count, 256, 256, 3) in 0 to 255, mapped; missing ones are rendered first."""
    folder.mkdir(parents=True, exist_ok=True)
    file, done = folder / f"pictures-{count}.npy", folder / f"pictures-{count}.done"
    if not file.exists():
        np.lib.format.open_memmap(file, "w+", np.uint8, (count, SIDE, SIDE, 3))
        done.write_text("")
    finished = {int(line) for line in done.read_text().split()}
    missing = [start for start in range(0, count, CHUNK) if start not in finished]
    with ProcessPoolExecutor() as pool, done.open("a") as marks:
        for start in pool.map(_render, [(file, start, min(start + CHUNK, count)) for start in missing]):
            marks.write(f"{start}\n")
            marks.flush()
            print(f"rendered {min(start + CHUNK, count)} of {count}", flush=True)
    return np.lib.format.open_memmap(file, "r")


def _render(task: tuple[Path, int, int]) -> int:
    file, start, stop = task
    pixels = np.lib.format.open_memmap(file, "r+")
    for n in range(start, stop):
        pixels[n] = np.asarray(picture(n))
    return start
