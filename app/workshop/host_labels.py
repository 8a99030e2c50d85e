"""Every string that the host's page draws."""

from app.i18n import _


def host_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        "title": _("The host’s page"),
        # Coming in
        "alone": _("Only this machine can join."),
        "alone_plain": _(
            "To let the room in, close the workshop with Ctrl-C and open it again with {option}. What was "
            "made stays."
        ),
        "way_in": _("How to join"),
        "qr": _("The address, to be read by a phone’s camera"),
        "larger": _("Show it large"),
        "new_code": _("New code"),
        "new_code_ask": _("Draw a new code?"),
        "new_code_plain": _(
            "Who is in stays in. Who comes later needs the new one. A wall that was opened with the old code "
            "closes: open it again with the new one."
        ),
        "open_wall": _("Open the wall"),
        "new_window": _("(in a new window)"),
        # How the room is set
        "room": _("The room"),
        "here_one": _("{count} person is here"),
        "here_other": _("{count} people are here"),
        "nobody": _("Nobody is here yet"),
        "made_one": _("{count} picture made"),
        "made_other": _("{count} pictures made"),
        "pace": _("{seconds} a picture"),
        "pause": _("Pause the queue"),
        "go_on": _("Go on"),
        "paused": _("The queue is paused: what runs ends, nothing new begins."),
        "still": _("Hold the wall still"),
        "approve": _("Pictures hang only after I approve"),
        "on": _("on"),
        "off": _("off"),
        # Exercises
        "exercises": _("Exercises"),
        "exercises_plain": _("Open one to read it first. Nobody sees it until you start it for all."),
        "no_exercises": _("There are none. They are files in prompts/exercises."),
        "now": _("running"),
        "start": _("Start for all"),
        "end": _("End for all"),
        "task": _("What all are asked"),
        "prompt_given": _("The words are given:"),
        "prompt_silent": _("There are no words: the program plays alone."),
        "begins_with": _("It begins with:"),
        "many_one": _("It makes {count} picture at a time."),
        "many_other": _("It makes {count} pictures at a time."),
        "before": _("Before"),
        "after": _("Afterwards"),
        "note": _("For you, who lead it"),
        "translation": _("our translation"),
        "through": _("quoted by {name}"),
        # People
        "people": _("People"),
        "waits_one": _("{count} waits"),
        "waits_other": _("{count} wait"),
        "dismiss": _("Remove"),
        "dismiss_who": _("Remove {name}"),
        "dismiss_ask": _("Remove {name} from the workshop?"),
        "dismiss_plain": _(
            "What {name} has waiting is cancelled; pictures that are made stay. With the code, anybody can "
            "join again."
        ),
        # The line
        "line": _("The line"),
        "line_empty": _("Nothing waits."),
        "line_one": _("{count} in it"),
        "line_other": _("{count} in it"),
        "running": _("being made"),
        "cancel": _("Cancel"),
        "cancel_which": _("Cancel “{prompt}”, by {name}"),
        # Pictures
        "pictures": _("Pictures"),
        "pictures_none": _("None yet."),
        "pending_none": _("None waits for you."),
        "all": _("All pictures"),
        "pending": _("Waiting for approval"),
        "pending_one": _("{count} picture waits for your approval."),
        "pending_other": _("{count} pictures wait for your approval."),
        "silent": _("Without a word"),
        "predicted": _("Foreseen:"),
        "answered": _("Answered:"),
        "hang": _("Hang it"),
        "hang_which": _("Hang “{prompt}”, by {name}"),
        "hide": _("Take it down"),
        "hide_which": _("Take down “{prompt}”, by {name}"),
        "refuse": _("Do not hang it"),
        "refuse_which": _("Do not hang “{prompt}”, by {name}"),
        "pin": _("Pin"),
        "pin_which": _("Pin “{prompt}”, by {name}"),
        "wall_shown": _("hangs"),
        "wall_hidden": _("taken down"),
        "wall_pending": _("waits for you"),
        "wall_withdrawn": _("taken down by its maker"),
        "state_failed": _("failed"),
        "state_cancelled": _("cancelled"),
        "state_interrupted": _("interrupted"),
        # To take home, and the end
        "home": _("To take home"),
        "zip": _("All pictures and their chains (ZIP)"),
        "pdf": _("A contact sheet (PDF)"),
        "end_all": _("Delete everything"),
        "end_ask": _("Delete the whole workshop?"),
        "end_plain": _(
            "Every name, every word and every picture is deleted on this machine, and the workshop is over. "
            "This cannot be undone: take home first what is to stay."
        ),
        "end_type": _("To do it, type: {word}"),
        "end_word": _("delete"),
        "over": _("This workshop is over. All that was made in it is deleted."),
        "over_plain": _("This page can be closed."),
        # How it goes
        "yes_code": _("Draw a new one"),
        "no": _("Leave it"),
        "close": _("Close"),
        "light": _("Bright room"),
        "lost": _("The line to the machine is broken; it is being taken up again. What you see may be old."),
        "unheard": _("The machine did not answer. Try again."),
        "not_done": _("That was not done. Try again."),
    }
