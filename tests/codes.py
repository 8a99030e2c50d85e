"""A QR code read back from its drawing, module by module: no camera, and no correction."""

import re

from segno.consts import ECC

BORDER = 4
MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
FORMAT = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]


def read(svg):
    """The text that is drawn, and the code's version."""
    dark, size = modules(svg)
    facts = int("".join(str(int(at in dark)) for at in FORMAT), 2) ^ 0b101010000010010
    level, mask = facts >> 13, MASKS[facts >> 10 & 7]
    version = (size - 17) // 4
    fixed = patterns(version, size)
    bits = [int((at in dark) ^ (mask(*at) == 0)) for at in zigzag(size) if at not in fixed]
    words = [int("".join(map(str, bits[n : n + 8])), 2) for n in range(0, len(bits) - 7, 8)]
    return text(data(words, version, level), version), version


def modules(svg):
    """The dark modules as (row, column), and how many there are on a side."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1]) - 2 * BORDER
    lines = re.search(r'class="qrline"[^>]* d="([^"]+)"', svg)[1]
    dark, x, y = set(), 0, 0
    for kind, numbers in re.findall(r"([Mmh])([-.\d ]+)", lines):
        steps = [float(number) for number in numbers.split()]
        if kind == "M":
            x, y = int(steps[0]), int(steps[1])
        elif kind == "m":
            x, y = x + int(steps[0]), y + int(steps[1])
        else:
            dark |= {(y - BORDER, x - BORDER + n) for n in range(int(steps[0]))}
            x += int(steps[0])
    return dark, size


def patterns(version, size):
    """Every module that holds no data."""
    corners = [(9, 9, 0, 0), (9, 8, 0, size - 8), (8, 9, size - 8, 0)]
    if version >= 7:
        corners += [(6, 3, 0, size - 11), (3, 6, size - 11, 0)]
    found = {
        (y + top, x + left) for high, wide, top, left in corners for y in range(high) for x in range(wide)
    }
    found |= {(6, n) for n in range(size)} | {(n, 6) for n in range(size)}
    if version == 1:
        return found
    count = version // 7 + 2
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    middles = [6, *(size - 7 - n * step for n in range(count - 1))]
    last = size - 7
    at = [(a, b) for a in middles for b in middles if (a, b) not in ((6, 6), (6, last), (last, 6))]
    return found | {(a + y, b + x) for a, b in at for y in range(-2, 3) for x in range(-2, 3)}


def zigzag(size):
    """Every module in the order in which data runs."""
    up = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(size - 1, -1, -1) if up else range(size):
            yield row, right
            yield row, right - 1
        up = not up


def data(words, version, level):
    """The words of the data, out of their blocks."""
    lengths = [group.num_data for group in ECC[version][level] for _ in range(group.num_blocks)]
    lengths.sort()
    blocks, at = [[] for _ in lengths], 0
    for column in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if column < length:
                block.append(words[at])
                at += 1
    return [word for block in blocks for word in block]


def text(words, version):
    """What the words say, in bytes of UTF-8."""
    bits = "".join(f"{word:08b}" for word in words)
    assert bits[:4] == "0100", "bytes"
    wide = 8 if version < 10 else 16
    length = int(bits[4 : 4 + wide], 2)
    start = 4 + wide
    said = bytes(int(bits[start + 8 * n : start + 8 * n + 8], 2) for n in range(length))
    return said.decode()
