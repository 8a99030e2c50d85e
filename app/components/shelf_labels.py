"""Every string that the page Models draws beside those of `labels` and of the page Program."""

from app.i18n import _


def shelf_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "here_title": _("On this machine"),
        "away_title": _("To be fetched"),
        "away_plain": _(
            "These are not on this machine. The command line fetches them; the app itself fetches nothing."
        ),
        "use": _("Use it"),
        "in_use": _("It makes your pictures now."),
        "fault": _("What the library says of its files"),
        "memory_of": _("{size} in {precision}, the weights alone"),
        "parameters_short": _("Learnt numbers: {count}."),
        "not_counted": _("Nobody has counted its parts."),
        "gated": _("The hub gives it only to those who accepted its terms there, with a token (HF_TOKEN)."),
        "forbids": _("What it forbids"),
        "licence_unknown": _("licence unknown"),
        "details": _("All that is known of it"),
        "family": _("Class in diffusers"),
        "repository": _("On the hub"),
        "newest": _("the newest revision"),
        "defaults": _("Where nothing is said"),
        "default_steps_one": _("{count} step"),
        "default_steps_other": _("{count} steps"),
        "default_guidance": _("guidance {value}"),
        "copy": _("Copy the command"),
        "copied": _("Copied."),
        # LoRA files
        "loras_title": _("LoRA files"),
        "loras_plain": _(
            "Small files of weights, added to a model’s own. Your next pictures wear those that are put on, "
            "on the chain and in the darkroom."
        ),
        "loras_unnamed": _(
            "None yet: put .safetensors files into a folder and name it in APPARATUS_LORAS as the app starts."
        ),
        "loras_none": _("None yet: put .safetensors files into the folder that APPARATUS_LORAS names."),
        "lora_put_on": _("Put on"),
        "lora_take_off": _("Take off"),
        "lora_put_on_name": _("Put {name} on"),
        "lora_take_off_name": _("Take {name} off"),
        "lora_weight": _("Weight"),
        "lora_weight_name": _("Weight of {name}, from −4 to 4"),
        "lora_gone": _("Its file is gone."),
    }
