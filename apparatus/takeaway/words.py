"""The words of a contact sheet, in both languages, and alterations told in them."""

from pathlib import Path
from typing import Literal

from apparatus.alterations import (
    Alteration,
    EncoderLayer,
    GuidanceScale,
    Latents,
    NegativePrompt,
    Noise,
    Painted,
    Prompt,
    Steps,
    WordVector,
    WordWeight,
)
from apparatus.record import Record

Language = Literal["fr", "en"]

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "silent": "sans un mot",
        "but": "sauf",
        "seed": "graine",
        "steps": "pas",
        "guidance": "guidage",
        "model": "modèle",
        "name": "nom",
        "branch": "bifurque de {parent} avant le pas {step}",
        "from": "dès le pas {step}",
        "more": "et {count} de plus",
        "timestep": "t",
        "finished": "l’image achevée",
        "running": "en cours",
        "paused": "en pause",
        "cancelled": "arrêtée",
        "interrupted": "interrompue",
        "failed": "échouée",
        "prompt": "prompt",
        "negative_prompt": "prompt négatif",
        "guidance_scale": "guidage",
        "encoder_layer": "couche de l’encodeur",
        "word_weight": "poids d’un mot",
        "word_vector": "vecteur d’un mot",
        "noise": "autre bruit",
        "erase": "région effacée",
        "shift": "région déplacée",
        "scale": "région amplifiée",
        "renoise": "région rebruitée",
        "remaining": "pas restants",
        "occurrence": "{word} (le {occurrence}e)",
        "toward": "{word}, à {amount} % vers {other}",
        "average": "{word} et {other}, à {amount} % vers leur milieu",
        "strewn": "{word}, à {amount} % vers le bruit de la graine {seed}",
        "moved": "de {rows} vers le bas, de {columns} vers la droite",
        "drawn": "{amount} %, graine {seed}",
        "cells": "{painted} cellules sur {all}",
    },
    "en": {
        "silent": "without a word",
        "but": "but not",
        "seed": "seed",
        "steps": "steps",
        "guidance": "guidance",
        "model": "model",
        "name": "name",
        "branch": "branched from {parent} before step {step}",
        "from": "from step {step}",
        "more": "and {count} more",
        "timestep": "t",
        "finished": "the finished picture",
        "running": "running",
        "paused": "paused",
        "cancelled": "stopped",
        "interrupted": "broken off",
        "failed": "failed",
        "prompt": "prompt",
        "negative_prompt": "negative prompt",
        "guidance_scale": "guidance",
        "encoder_layer": "encoder layer",
        "word_weight": "weight of a word",
        "word_vector": "vector of a word",
        "noise": "other noise",
        "erase": "region erased",
        "shift": "region moved",
        "scale": "region scaled",
        "renoise": "region renoised",
        "remaining": "steps left",
        "occurrence": "{word} (no. {occurrence})",
        "toward": "{word}, {amount} % toward {other}",
        "average": "{word} and {other}, {amount} % toward their middle",
        "strewn": "{word}, {amount} % toward the noise of seed {seed}",
        "moved": "{rows} down, {columns} to the right",
        "drawn": "{amount} %, seed {seed}",
        "cells": "{painted} of {all} cells",
    },
}


def number(value: int | float, language: Language) -> str:
    """A number, with the language's own decimal sign and a real minus."""
    said = f"{value:.6g}".replace("-", "−")
    return said.replace(".", ",") if language == "fr" else said


def fixed(value: int | float, digits: int, language: Language) -> str:
    """A number with so many digits behind the sign, so that those of one kind stand alike."""
    said = f"{value:.{digits}f}".replace("-", "−")
    return said.replace(".", ",") if language == "fr" else said


def told(line: Alteration, language: Language) -> tuple[str, str]:
    """What was altered, and how: two texts, without the step."""
    words = WORDS[language]
    match line:
        case Prompt():
            return words["prompt"], line.prompt or words["silent"]
        case NegativePrompt():
            return words["negative_prompt"], line.negative_prompt or words["silent"]
        case GuidanceScale():
            return words["guidance_scale"], number(line.guidance_scale, language)
        case EncoderLayer():
            return words["encoder_layer"], str(line.layer)
        case WordWeight() | WordVector():
            return words[line.kind], _of_a_word(line, language)
        case Noise():
            return words["noise"], _of_a_region(line, language)
        case Latents():
            return words[line.how], _of_a_region(line, language)
        case Steps():
            return words["remaining"], str(line.remaining)


def _of_a_word(line: WordWeight | WordVector, language: Language) -> str:
    words, word = WORDS[language], line.word
    if line.occurrence > 1:
        word = words["occurrence"].format(word=word, occurrence=line.occurrence)
    if isinstance(line, WordWeight):
        return f"{word} × {number(line.weight, language)}"
    how = "strewn" if line.how == "noise" else line.how
    amount = number(100 * line.amount, language)
    return words[how].format(word=word, other=line.other, amount=amount, seed=line.seed)


def _of_a_region(line: Painted, language: Language) -> str:
    words = WORDS[language]
    rows = "".join(line.mask)
    said = [words["cells"].format(painted=rows.count("#"), all=len(rows))]
    if isinstance(line, Latents) and line.how == "shift":
        rows_down, columns = number(line.rows, language), number(line.columns, language)
        said.append(words["moved"].format(rows=rows_down, columns=columns))
    elif isinstance(line, Latents) and line.how == "scale":
        said.append(f"× {number(line.factor, language)}")
    elif isinstance(line, Noise) or line.how == "renoise":
        said.append(words["drawn"].format(amount=number(100 * line.amount, language), seed=line.seed))
    return ", ".join(said)


def settings(record: Record, language: Language) -> list[tuple[str, str]]:
    """What was asked, by its name: seed, steps, guidance, model."""
    words, said = WORDS[language], record.settings
    values = [
        (words["seed"], None if said.seed is None else str(said.seed)),
        (words["steps"], None if said.num_inference_steps is None else str(said.num_inference_steps)),
        (words["guidance"], None if said.guidance_scale is None else number(said.guidance_scale, language)),
        (words["model"], _model(record.model.id)),
        (words["name"], record.name or None),
    ]
    return [(name, value) for name, value in values if value is not None]


def _model(id: str) -> str:
    """Its name; of a folder the last part, since nobody means to publish where their files lie."""
    return Path(id).name if Path(id).is_absolute() else id
