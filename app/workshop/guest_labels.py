"""Every string that a participant's page and the door draw. `{name}` in one is filled in by the script.

A key that ends in `_one` or `_other` is one of a pair: the script picks by the language's plural rules.
"""

from app.i18n import _


def guest_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        # Said on both
        "light": _("Light"),
        "no_answer": _("There was no answer. Is this device still in the room’s Wi-Fi?"),
        "problem_none": _("That was not understood. Reload the page, then try again."),
        # The door
        "door_title": _("Workshop"),
        "door_plain": _("You write, one machine makes the pictures, and you can look at how it does so."),
        "code": _("The code"),
        "code_plain": _("It stands on the wall, or the host tells it."),
        "code_wrong": _("That is not the code of this workshop. Look at the wall again."),
        "code_missing": _("The code is missing."),
        "nickname": _("A nickname"),
        "nickname_plain": _("Or leave it empty and be an animal."),
        "seen_by_all": _("Everybody in the room sees your pictures and your words, with that name."),
        "enter": _("Come in"),
        "entering": _("One moment…"),
        # The head of the page
        "you_are": _("You are"),
        "rename": _("Another name"),
        "rename_plain": _("Empty: an animal’s."),
        "rename_do": _("Take this name"),
        "never_mind": _("Never mind"),
        "to_wall": _("The wall"),
        "to_host": _("The host’s page"),
        # How it stands
        "lost": _("The connection to the room is gone. Nothing is lost; it comes back by itself."),
        "back": _("The connection is back."),
        "paused": _("The host has paused the room. What waits keeps its place."),
        "over_title": _("The workshop is over"),
        "over": _("The host has deleted everything that was made here: pictures, words and names."),
        "gone_title": _("You are no longer in the workshop"),
        "gone": _("This page is in the workshop no more. With the code you can join again, as somebody new."),
        "to_door": _("To the door"),
        # The exercise
        "exercise": _("The exercise"),
        "translation": _("our translation"),
        "through": _("quoted by {name}"),
        "before_first": _("Write this first; then you can ask."),
        "fixed": _("Everybody asks for this:"),
        "fixed_none": _("Nobody writes anything: the machine plays alone."),
        "begin_with": _("Begin with:"),
        "kept_for_later": _("What you had begun to write is kept; it comes back after the exercise."),
        # To write
        "compose": _("Your picture"),
        "prompt": _("What is to be seen?"),
        "placeholder": _("a red boat on the sea"),
        "cards": _("Cards to start from"),
        "empty": _("Empty it"),
        "enhance": _("Enhance: rewrite it first"),
        "enhance_plain": _("A language model adds words to yours."),
        "make": _("Make the picture"),
        "make_many": _("Make the {count} pictures"),
        "asked": _("Asked for."),
        "words_missing": _("Write something first."),
        "guess_missing": _("First answer the question above."),
        # Not sent yet
        "unsent": _("Not sent yet: the room does not answer. It is sent by itself as soon as it does."),
        "unsent_drop": _("Do not send it"),
        "sending": _("It is being sent…"),
        # Your own pictures
        "mine": _("Your pictures"),
        "mine_none": _("None yet. Write what is to be seen; the picture is made here, step by step."),
        "no_words": _("Without a word"),
        "guessed": _("You expected:"),
        "numbered": _("Picture {number} of {of}"),
        "next": _("Next in line"),
        "line_one": _("{count} picture before yours"),
        "line_other": _("{count} pictures before yours"),
        "in_line": _("In line"),
        "about": _("About {time}."),
        "unmeasured": _("How long it takes was not measured yet."),
        "again": _("The machine stopped; yours is being made again."),
        "again_waits": _("The machine stopped; yours will be made again."),
        "beginning": _("It begins…"),
        "step_of": _("Step {step} of {of}"),
        "being_made": _("“{prompt}” is being made now."),
        "is_made": _("“{prompt}” is made."),
        "took": _("made in {time}"),
        "cancel": _("Cancel"),
        "cancelled": _("It was cancelled."),
        "stopped": _("It was stopped before its end."),
        "failed": _("It could not be made."),
        "interrupted": _("The machine stopped too often; it was given up."),
        "picture_of": _("The picture of “{prompt}”"),
        "step_alt": _("How the picture of “{prompt}” stands"),
        "seed": _("seed {seed}"),
        "steps_one": _("{count} step"),
        "steps_other": _("{count} steps"),
        "guidance": _("guidance {guidance}"),
        "rewritten": _("rewritten first"),
        "look_inside": _("Look inside"),
        "save": _("Save"),
        "words_again": _("Take these words up again"),
        # The wall
        "wall_pending": _("Waits until the host lets it onto the wall."),
        "wall_shown": _("On the wall."),
        "wall_hidden": _("The host took it off the wall."),
        "wall_withdrawn": _("Not on the wall."),
        "keep_off": _("Keep it off the wall"),
        "take_down": _("Take it down"),
        "put_back": _("Put it back"),
        # What is said of it afterwards
        "answer": _("Your answer"),
        "answer_save": _("Save the answer"),
        "answer_saved": _("Saved."),
        "answer_unsaved": _("Not saved yet."),
        # Inside
        "inside": _("How this picture was made"),
        "close": _("Back to your pictures"),
        "inside_opening": _("The box is being opened…"),
        "inside_shut": _("It cannot be opened just now. Try again in a moment."),
        # The foot
        "take_home": _("Take all home (ZIP)"),
        "leave": _("Leave the workshop"),
        "leave_sure": _(
            "What waits is cancelled, and this page cannot show your pictures any more: "
            "take them home first. What hangs on the wall stays."
        ),
        "leave_do": _("Leave"),
        "leave_stay": _("Stay"),
    }
