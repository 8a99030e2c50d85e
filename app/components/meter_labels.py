"""What the meter draws: who decided how much, whose the words are, what each stage took. See `labels`."""

from app.i18n import _


def metered() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "meter_title": _("What it took"),
        "meter_plain": _("Who decided how much, whose words asked for it, and what each stage cost."),
        "meter_decisions": _("Decisions"),
        "meter_words": _("Words"),
        "meter_person_decisions_one": _("{count} by a person"),
        "meter_person_decisions_other": _("{count} by a person"),
        "meter_program_decisions_one": _("{count} by the program"),
        "meter_program_decisions_other": _("{count} by the program"),
        "meter_chance_decisions_one": _("{count} by chance"),
        "meter_chance_decisions_other": _("{count} by chance"),
        "meter_person_words_one": _("{count} word by a person"),
        "meter_person_words_other": _("{count} words by a person"),
        "meter_program_words_one": _("{count} word by the program"),
        "meter_program_words_other": _("{count} words by the program"),
        "meter_time": _("Time"),
        "meter_adds": _("Multiply-adds"),
        "meter_energy": _("Energy"),
        "meter_in_all": _("{amount} in all"),
        "meter_enhance": _("Rewriting the prompt"),
        "meter_encode": _("Text becomes vectors"),
        "meter_noise": _("Drawing the noise"),
        "meter_denoise": _("Denoising"),
        "meter_decode": _("Latents become pixels"),
        "meter_retouch": _("Reading the picture before, and comparing"),
        "meter_previews": _("Looking on: previews, maps, the record"),
        "meter_look": _("A look by the model’s CLIP"),
        "meter_select": _("Scoring"),
        "meter_distribute": _("Writing the file"),
        "meter_adds_note": _(
            "Counted on the model’s own classes for what really ran: matrix products, convolutions, "
            "attention; one is a multiplication and an addition. Norms, activations, scoring, the look by "
            "CLIP, previews and what rewrites a prompt are not counted."
        ),
        "meter_uncounted": _("Could not be counted: {parts}."),
        "meter_no_energy": _(
            "Energy: not measured. Nothing on the machine that made it lets its energy counter be read, and "
            "nothing is estimated."
        ),
        "meter_energy_note": _(
            "Measured by {gauges} until the record was written: the whole processor, with all that it did "
            "meanwhile, ours or not."
        ),
    }
