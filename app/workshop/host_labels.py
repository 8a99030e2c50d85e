"""Every string that the host's page draws."""

from app.i18n import _


def host_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "title": _("The host’s page"),
    }
