"""The hour and the weather of a place, and the light where there is neither."""

from dataclasses import dataclass

Channel = int | float
Colour = tuple[Channel, Channel, Channel]


@dataclass(frozen=True)
class Light:
    """The hour or the weather: the sky from its top to the horizon, and what falls on ground and things."""

    top: Colour
    low: Colour
    ground: Colour
    things: Colour
    shadow: Channel = 0.42  # how dark a cast shadow is, 0 to 1
    haze: Channel = 0.35  # how much of what stands at the horizon the air takes, 0 to 1


DAY = Light((112, 176, 232), (218, 236, 246), (1, 1, 1), (1, 1, 1))
LIGHTS = {
    "dawn": Light((142, 164, 214), (252, 214, 190), (0.92, 0.84, 0.86), (1, 0.94, 0.92), 0.3, 0.5),
    "sunset": Light((70, 42, 112), (253, 150, 76), (0.66, 0.46, 0.46), (1, 0.84, 0.72), 0.5, 0.3),
    "night": Light((5, 7, 26), (30, 36, 84), (0.2, 0.23, 0.4), (0.66, 0.7, 0.9), 0.3, 0.3),
    "fog": Light((196, 200, 204), (222, 224, 226), (0.9, 0.9, 0.9), (0.94, 0.94, 0.95), 0.14, 0.95),
    "rain": Light((92, 102, 116), (156, 166, 176), (0.68, 0.72, 0.78), (0.84, 0.88, 0.94), 0.12, 0.55),
}
INDOORS = {
    "underwater": Light((0, 0, 0), (0, 0, 0), (1, 1, 1), (0.74, 0.94, 1), 0.25),
    "space": Light((0, 0, 0), (0, 0, 0), (1, 1, 1), (1, 1, 1), 0.6),
    "room": Light((0, 0, 0), (0, 0, 0), (1, 1, 1), (1, 0.98, 0.94), 0.34),
    "stage": Light((0, 0, 0), (0, 0, 0), (1, 1, 1), (1, 0.97, 0.9), 0.5),
    "wall": Light((0, 0, 0), (0, 0, 0), (1, 1, 1), (1, 1, 1), 0.36),
}
