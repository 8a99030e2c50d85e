"""Every string that the components' scripts draw. `{name}` in one is filled in by the script."""

from app.i18n import _


def labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "translation": _("our translation"),
        "through": _("quoted by {name}"),
        "unknown": _("There is no exposure of that name here."),
        "lost": _("The connection was lost. Trying again…"),
        "cancel": _("Stop"),
        "open": _("Open"),
        "seed": _("seed"),
        "nothing": _("Nothing was exposed yet. The chain page makes the first picture."),
        "noPicture": _("no picture"),
    }
