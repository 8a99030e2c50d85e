"""From a cold start to the file: what `apparatus expose` takes. Run it by hand.

python tests/benchmarks/cold.py [--rounds 3]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

LIMIT = 12.0
"""Seconds, on two cores, for 20 steps."""


def main() -> None:
    """Print the seconds of every round; the exit code says whether their median is within the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    with TemporaryDirectory() as outputs:
        seconds = sorted(cold(Path(outputs)) for _ in range(parser.parse_args().rounds))
    print(f"cold expose: {', '.join(f'{one:.1f}' for one in seconds)} s (median at most {LIMIT})")
    sys.exit(seconds[len(seconds) // 2] > LIMIT)


def cold(outputs: Path) -> float:
    """The seconds of one exposure in a process of its own."""
    began = perf_counter()
    command = [sys.executable, "-m", "apparatus", "expose", "a red boat on the sea", "--seed", "7"]
    kept = {**os.environ, "APPARATUS_OUTPUTS": str(outputs)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=kept)
    seconds = perf_counter() - began
    assert list(outputs.glob("*/picture.png"))
    return seconds


if __name__ == "__main__":
    main()
