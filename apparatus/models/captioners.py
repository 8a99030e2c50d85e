"""Who on this machine can say what a picture shows; `apparatus.captioning` has them say it. Needs no torch.

The model's own lies in its folder as `captioner/`, others in the folder APPARATUS_CAPTIONERS.
"""

import os
from pathlib import Path

from apparatus.models.catalogue import Entry

OWN = "captioner"


def captioners(entry: Entry) -> dict[str, Path]:
    """Their folders by name; the model's own is ""."""
    named = os.environ.get("APPARATUS_CAPTIONERS")
    configs = sorted(Path(named).glob("*/config.json")) if named else []
    others = {config.parent.name: config.parent for config in configs}
    own = entry.folder / OWN if entry.folder else None
    return ({"": own} if own and (own / "config.json").is_file() else {}) | others
