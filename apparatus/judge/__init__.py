"""Who says what a picture shows, and is not the model that made it.

    judge = judge.load()
    seen, = look(judge, [picture])
    verdict(seen, parse("a red boat on the sea"))   # {"noun": True, "colour": False, "setting": True}

A network of its own, trained on renders of the world, clean and damaged, which shares nothing with obscura.
"""

from apparatus.judge.network import Judge, choices, load
from apparatus.judge.reading import QUESTIONS, Evidence, Verdict, look, questions, verdict

__all__ = ["QUESTIONS", "Evidence", "Judge", "Verdict", "choices", "load", "look", "questions", "verdict"]
