"""One exposure on the bench: look at any point of its run, alter it there, develop it to another end."""

from app import parts, state
from app.components import darkroom

shown = state.shown()
parts.refusal()
darkroom(shown, state.families(), state.model(), state.worn())
