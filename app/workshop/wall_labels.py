"""Every string that the wall's script draws."""

from app.i18n import _


def wall_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "title": _("The wall"),
        # Coming in
        "join_title": _("Join in"),
        "join_at": _("Scan this with a phone, or go to"),
        "join_code": _("and type this code"),
        "qr": _("The address, to be read by a phone’s camera"),
        "here_one": _("{count} person is here"),
        "here_other": _("{count} people are here"),
        "nothing_yet": _("No picture hangs here yet. Each comes as soon as it is made."),
        # All of them
        "pictures": _("Everybody’s pictures"),
        "hang_one": _("{count} picture hangs here"),
        "hang_other": _("{count} pictures hang here"),
        "coming_one": _("{count} is on its way"),
        "coming_other": _("{count} are on their way"),
        "pinned": _("pinned"),
        "new_picture": _("A new picture, by {name}: {prompt}"),
        # One of them
        "one": _("One picture, and how it came to be"),
        "predicted": _("Foreseen:"),
        "silent": _("Without a word"),
        "enhanced": _("What the language model made of these words"),
        "words_one": _("{count} word, as the program read it"),
        "words_other": _("{count} words, as the program read them"),
        "steps": _("Out of the noise, in {of} steps: the picture that the program expects at each"),
        "step": _("step {step}"),
        "decided": _("Who decided what"),
        "decisions_person_one": _("{count} by a person"),
        "decisions_person_other": _("{count} by a person"),
        "decisions_program_one": _("{count} by the program"),
        "decisions_program_other": _("{count} by the program"),
        "decisions_chance_one": _("{count} by chance"),
        "decisions_chance_other": _("{count} by chance"),
        **_decided(),
        "translation": _("our translation"),
        "through": _("quoted by {name}"),
        # How it goes on
        "held": _("The wall is held still."),
        "stopped": _("Stopped here; the space bar goes on."),
        "lost": _("The line to the machine is broken; it is being taken up again."),
        "over": _("This workshop is over. All that was made in it is deleted."),
        "controls": _("The wall’s controls"),
        "stop": _("Stop"),
        "go_on": _("Go on"),
        "before": _("The picture before"),
        "after": _("The next picture"),
        "all": _("All pictures"),
        "full": _("Full screen"),
        "not_full": _("Leave full screen"),
        "light": _("Bright room"),
    }


def _decided() -> dict[str, str]:
    """What there is to decide, as far as a workshop's pictures go."""
    return {
        "what_prompt": _("the words"),
        "what_negative_prompt": _("what should not be seen"),
        "what_enhance": _("whether a language model rewrites the words"),
        "what_words_added": _("the words that were added"),
        "what_enhance_seed": _("the seed of its words"),
        "what_seed": _("the seed"),
        "what_num_inference_steps": _("the number of steps"),
        "what_guidance_scale": _("how hard the words pull"),
    }
