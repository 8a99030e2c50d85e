"""Every string of the kiosk's shell, of composing and of the farewell; the script fills in `{name}`.

A key that ends in `_one` or `_other` is one of a pair: the script picks by the language's plural rules.
"""

from app.i18n import _


def visit_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return _said_everywhere() | _composing() | _kinds() | _leaving()


def _said_everywhere() -> dict[str, str]:
    return {
        "title": _("The apparatus"),
        # The bar at the foot
        "settings": _("Language, text, contrast"),
        "text_size": _("Text"),
        "text_larger": _("Larger text"),
        "contrast": _("Contrast"),
        "pause": _("Pause"),
        "go_on": _("Go on"),
        "again": _("Begin again"),
        # While nobody is there
        "invite": _("Make a picture."),
        "invite_then": _("Then look inside the machine that made it."),
        "invite_plain": _("Three minutes, a few touches. You need to know nothing."),
        "begin": _("Touch to begin"),
        "recording": _("A recording. This machine made it earlier, of these words:"),
        "away": _("One moment. The machine is coming back by itself."),
        "unable": _("The machine makes no pictures just now. What you see here, it made earlier."),
        "closed": _("Closed"),
        # Is somebody there, is the machine there
        "still_there": _("Are you still there?"),
        "still_plain": _("If nobody answers, everything made here is wiped."),
        "still_yes": _("Yes, go on"),
        "still_plain_kept": _(
            "If nobody answers, this visit ends. "
            "The gallery keeps its pictures with their words, without a name."
        ),
        "still_no": _("No, it is over"),
        "left_one": _("{count} second left"),
        "left_other": _("{count} seconds left"),
        "again_sure": _("Begin again?"),
        "again_plain": _("Your words and your picture are wiped."),
        "again_plain_kept": _("The gallery keeps your pictures with their words, without a name."),
        "again_no": _("No, go on"),
        "again_yes": _("Begin again"),
        "moment": _("One moment"),
        "moment_plain": _("The machine is coming back by itself. There is nothing you need to do."),
        "not_now": _("That did not work just now. Try again."),
        "back": _("Back"),
    }


def _composing() -> dict[str, str]:
    return {
        "compose_title": _("Touch a word."),
        "compose_then": _("The machine makes a picture of it."),
        "compose_then_kept": _("The machine makes a picture of it. The gallery keeps both, without a name."),
        "sentence": _("Your sentence"),
        "make": _("Make the picture"),
        "dice": _("Let chance choose"),
        "write": _("Write"),
        "words": _("Choose words"),
        # The steps, and what is asked in each
        "steps": _("Your sentence, step by step"),
        "step_what": _("What"),
        "step_look": _("How"),
        "step_where": _("Where"),
        "step_light": _("When"),
        "step_print": _("Print"),
        "step_beside": _("With"),
        "part_colour": _("colour"),
        "part_size": _("size"),
        "part_count": _("number"),
        "part_setting": _("a place"),
        "part_wall": _("a wall"),
        "ask_noun": _("What is to be seen?"),
        "ask_colour": _("In what colour?"),
        "ask_size": _("How large?"),
        "ask_count": _("How many?"),
        "ask_setting": _("Where?"),
        "ask_wall": _("In front of which wall?"),
        "ask_light": _("At what hour, in what weather?"),
        "ask_process": _("How is it printed?"),
        "ask_place": _("And something else?"),
        "ask_other": _("What else is to be seen?"),
        "ask_write": _("Write what is to be seen."),
        "ask_card": _("Choose a sentence."),
        "left_open": _("the program chooses"),
        "alone": _("nothing else"),
        "and_card": _("and …"),
        # Who chose
        "by_person": _("chosen by you"),
        "by_chance": _("chosen by chance"),
        "by_program": _("left to the program"),
        "by_chance_line": _("This sign, in green: chosen by chance, not by you."),
        "chance_none": _("Chance left it as it is."),
        "chance_chose": _("Chance has chosen: {words}."),
        # More than fits
        "page_of": _("{page} / {pages}"),
        "earlier": _("The words before"),
        "later": _("More words"),
        # The keyboard
        "keyboard": _("Keyboard"),
        "erase": _("Erase a letter"),
        "space": _("Space"),
        "done": _("Done"),
    }


def _kinds() -> dict[str, str]:
    return {
        "kind_people": _("people"),
        "kind_animals": _("animals"),
        "kind_plants": _("plants"),
        "kind_food": _("food"),
        "kind_buildings": _("buildings"),
        "kind_vehicles": _("vehicles"),
        "kind_tools": _("tools"),
        "kind_things": _("things"),
        "kind_machines": _("machines"),
        "kind_images": _("images"),
        "kind_writing": _("writing"),
        "kind_clothes": _("clothes"),
        "kind_sky": _("sky"),
        "kind_body": _("body"),
        "kind_spirits": _("spirits"),
        "kind_feelings": _("feelings"),
    }


def _leaving() -> dict[str, str]:
    camera = _("Hold your phone’s camera up to the code.")
    return {
        "farewell_picture": _("Take your picture with you"),
        "farewell_recipe": _("Take the recipe with you"),
        "farewell_address": _("Take your picture with you"),
        "farewell_none": _("Thank you for looking inside"),
        "holds_picture": " ".join(
            (
                camera,
                _("The picture itself is in it, {side} pixels wide: no network is needed."),
                _("If the phone shows only letters, copy them into the address line of its browser."),
            )
        ),
        "holds_recipe": " ".join(
            (camera, _("It holds your words, the seed, and how the same picture is made again."))
        ),
        "holds_address": " ".join((camera, _("It must be in the gallery’s network to fetch the picture."))),
        "holds_none": _("You have seen what the program, chance and you decided."),
        "wiped": _("When you leave this page, all that you made here is wiped."),
        "wiped_kept": _(
            "The gallery keeps your pictures with their words, without a name. All else is wiped."
        ),
        "farewell_done": _("Finish"),
        "code_coming": _("One moment: your code is being drawn."),
        "code_alt": _("QR code"),
        "stays": _("This page closes by itself."),
    }
