"""Every string with which the kiosk shows a picture's way: watching, walking, opening a stage, its meaning.

A key that ends in `_one` or `_other` is one of a pair: the script picks by the language's plural rules. What
is said elsewhere in the same words (the ledger's decisions, the scores, a model's parts) is taken from there.
"""

from app.components.enhance_labels import enhance_labels
from app.components.labels import labels
from app.components.select_labels import selected
from app.i18n import _

SHARED = ("what_", "part_", "score_")
"""What the keys begin with that are taken from elsewhere."""


def look_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    elsewhere = labels() | enhance_labels() | selected()
    shared = {key: said for key, said in elsewhere.items() if key.startswith(SHARED)}
    return (
        shared
        | _said_everywhere()
        | _watching()
        | _walking()
        | _frames()
        | _inside()
        | _choosing()
        | _meaning()
    )


def _said_everywhere() -> dict[str, str]:
    return {
        "translation": _("our translation"),
        "through": _("quoted by {name}"),
        "quoting": _("quoting {name}"),
        "step_of": _("step {step} of {of}"),
        "step_alt": _("The picture as the machine guessed it at step {step} of {of}"),
        "noise_alt": _("Coloured noise, a square for each place of the picture"),
        "latents_alt": _("The numbers that the machine holds, as coloured squares"),
        "onward": _("Next"),
        "look_inside": _("Look inside"),
        "to_meaning": _("Its meaning"),
    }


def _watching() -> dict[str, str]:
    return {
        "watch_title": _("Your picture is being made"),
        "watch_asked": _("The machine takes up your words."),
        "watch_program": _("The program is there. It was made long before you came."),
        "watch_prompt": _("It has your words."),
        "watch_enhance": _("A language model adds words to yours."),
        "watch_encode": _("Your words become numbers."),
        "watch_noise": _("Chance draws the noise in which the picture begins."),
        "watch_denoise": _("Step {step} of {of}: it guesses the picture, and takes a little noise away."),
        "watch_decode": _("Numbers become a picture."),
        "watch_select": _("It measures how well the picture fits the words."),
        "watch_whole": _("There it is."),
        "watch_moment": _("One moment. It goes on by itself."),
        "watch_rescue": _("The machine needs a pause. Look at a picture that it made before."),
        "watch_next": _("How was it made?"),
        "watch_back": _("Other words"),
        "short_program": _("program"),
        "short_prompt": _("words"),
        "short_enhance": _("additions"),
        "short_encode": _("numbers"),
        "short_noise": _("chance"),
        "short_denoise": _("steps"),
        "short_decode": _("picture"),
        "short_select": _("choice"),
    }


def _walking() -> dict[str, str]:
    return {
        "walk_title": _("How the picture was made"),
        "from_before": _("A recording: this picture was made before you came."),
        "say_program": _(
            "Before your first word, the program had learnt {numbers} from {pictures} pictures."
        ),
        "say_program_untold": _("Before your first word, the program had learnt {numbers}."),
        "numbers_one": _("{count} number"),
        "numbers_other": _("{count} numbers"),
        "millions_one": _("{count} million numbers"),
        "millions_other": _("{count} million numbers"),
        "say_prompt": _("You asked for a picture in words: that was your one gesture."),
        "say_prompt_chance": _("You asked for a picture in words; those in green, chance chose."),
        "say_enhance_one": _(
            "A language model added {count} word, because it was likely after the one before."
        ),
        "say_enhance_other": _(
            "A language model added {count} words, each because it was likely after the one before."
        ),
        "say_encode": _("Each word became {numbers} numbers. The machine reads nothing else."),
        "say_noise": _("Chance drew one number. All this noise came of it, and the picture begins in it."),
        "say_denoise_one": _("In {count} step the machine guessed the picture in the noise."),
        "say_denoise_other": _(
            "In {count} steps the machine guessed the picture in the noise, "
            "and took a little noise away each time."
        ),
        "say_decode": _("{given} numbers became {made}. What was missing, the decoder invented."),
        "say_select_one": _("One picture was made of this noise. Other noise would have made another."),
        "say_select_several": _("The same words, other noise: several pictures, and one is kept."),
    }


def _frames() -> dict[str, str]:
    return {
        "all_learnt": _("All {count} pictures it learnt from."),
        "wrote_person": _("your words"),
        "wrote_program": _("the language model’s"),
        "wrote_chance": _("chance’s"),
        "left_out": _("left out: {words}"),
        "line_likely": _("The line under a word: how likely it was."),
        "rows_are": _("A row for each word, a square for each of its {numbers} numbers."),
        "rows_unwritten_one": _("And {count} row that nobody wrote."),
        "rows_unwritten_other": _("And {count} rows that nobody wrote."),
        "seed_is": _("the seed"),
        "holds": _("What it holds"),
        "looked_at": _("Which words it looks at"),
        "nobody_wrote": _("marks that nobody wrote"),
        "score_is": _("how well picture and words match, as {by} measures it. 1 would be the same."),
        "scores_are": _("How well picture and words match, as {by} measures it. 1 would be the same."),
    }


def _inside() -> dict[str, str]:
    return {
        # The program
        "open_program": _(
            "It learnt from these {count} pictures, and from the words beneath each. Touch one."
        ),
        "learnt_number": _("Picture {number} of {count}: what it was told with it."),
        "one_before": _("The picture before"),
        "one_after": _("The picture after"),
        "one_by_chance": _("One at random"),
        "open_parts": _("Its parts, drawn to scale. Touch one."),
        "learnt_numbers": _("learnt numbers, {share} of all."),
        "learnt_untold": _("What it learnt from, nobody says."),
        "part_text_encoder_does": _("It turns each word into numbers."),
        "part_unet_does": _(
            "At each step it guesses which part of what it sees is noise. Here the picture comes about."
        ),
        "part_transformer_does": _(
            "At each step it guesses which part of what it sees is noise. Here the picture comes about."
        ),
        "part_vae_does": _("It unfolds the small grid of numbers into the points that you see."),
        # What was added, and the numbers of the words
        "open_enhance": _("Touch a word: how likely was it, and what else could have stood there?"),
        "odds_added": _("“{word}” was added with a probability of {share}. These could have stood there:"),
        "odds_yours": _("“{word}” is yours. The language model would have written it with {share}:"),
        "odds_untold": _("How likely this word was, nobody told."),
        "open_encode": _("Touch a word: this is all that the machine has of it."),
        "folded": _(
            "{word}: token {token}, then {numbers} numbers, folded here into a square. "
            "Blue lies below zero, orange above."
        ),
        "folded_alt": _("The {numbers} numbers of “{word}” as coloured squares"),
        "alike": _("Most alike to it, for the machine (1: the same)"),
        # Chance
        "open_noise": _("The same numbers, layer by layer: before the first step, and after the last."),
        "layers_when_before": _("Before the first step"),
        "layers_when_after": _("After the last step"),
        "layers_before": _("{layers} layers of nothing but chance."),
        "layers_after": _("The same {layers} layers: the picture is in them."),
        "layers_are": _(
            "{layers} layers of {height} × {width}: {numbers} numbers. Blue lies below zero, orange above."
        ),
        # The steps
        "open_denoise": _("Touch a word: where did the machine look for it?"),
        "open_denoise_steps": _("Go through the steps."),
        "step": _("Step"),
        "step_earlier": _("One step back"),
        "step_later": _("One step on"),
        "looked_for": _("Bright: where it looked for “{word}” in this step, with {share} of its attention."),
        "looked_none": _("{share} of its attention goes to marks that nobody wrote."),
        "let_go": _("Let go of “{word}”"),
        "let_go_none": _("Let go of a word"),
        "open_without": _("What becomes of the picture without “{word}”?"),
        "with_all": _("with every word"),
        "without_word": _("without {word}"),
        "without_alt": _("The picture without “{word}”"),
        "without_begins": _("The same noise once more. This time the machine may not look at “{word}”."),
        "without_step": _("The same noise, without “{word}”: step {step} of {of}."),
        "without_same": _("The same noise, the same program; only “{word}” was not looked at."),
        "without_share": _("{share} of its points have clearly another colour."),
        "without_little": _("Hardly a point has another colour: the other words were enough."),
        "without_failed": _("This one did not come. Let go of another word."),
        "let_go_other": _("Another word"),
        # The decoder
        "open_decode": _("Touch a place: what became of its squares?"),
        "touch_grid": _(
            "All that the steps made: {numbers} numbers. "
            "Sixteen squares of it, and the points they became, are below."
        ),
        "cells": _("{count} squares: {numbers} numbers"),
        "points": _("{count} points: {numbers} numbers"),
        "invented": _(
            "{times} times as many numbers came out as went in. The decoder has learnt to invent them."
        ),
        "move": _("Move the window"),
        "move_left": _("To the left"),
        "move_up": _("Up"),
        "move_down": _("Down"),
        "move_right": _("To the right"),
        "grid_at": _("The window, at column {across} and row {down} of the grid"),
    }


def _choosing() -> dict[str, str]:
    return {
        "open_select": _("The same words, other noise. Which picture do you keep?"),
        "open_select_alone": _("What each word adds to the measure."),
        "others_come": _("{made} of {of} are there. The others are being made now."),
        "others_there": _("The program would keep the one with the highest number. And you?"),
        "others_stalled": _("The machine cannot make the others just now. It tries again by itself."),
        "others_unscored": _("Nobody on this machine measures them. You choose."),
        "candidate": _("Picture {number}"),
        "candidate_own": _("Your picture"),
        "being_made": _("it is being made"),
        "you_keep": _("you keep it"),
        "it_keeps": _("the program would"),
        "keep_this": _("Keep this one"),
        "kept_done": _("You have kept it"),
        "kept_same": _("You and the program keep the same one."),
        "kept_other": _("You keep another one than the program would have kept."),
        "kept_yours": _("You keep this one."),
        "nobody_scores": _("Nobody on this machine measures how well it fits the words."),
    }


def _meaning() -> dict[str, str]:
    return {
        "meaning_channels": _("The same picture, three times"),
        "channel_indicative": _("indicative"),
        "channel_imperative": _("imperative"),
        "channel_artistic": _("artistic"),
        "channel_indicative_says": _("In a newspaper it says: this is so."),
        "channel_imperative_says": _("In an advertisement it says: do this."),
        "channel_artistic_says": _("On a gallery’s wall it says: look."),
        "channel_indicative_alt": _("The picture as a newspaper prints it, with caption and credit"),
        "channel_imperative_alt": _("The picture as an advertisement, with a slogan"),
        "channel_artistic_alt": _("The picture as a print on a gallery’s wall, with a label"),
        "to_ledger": _("Who decided?"),
        "meaning_ledger": _("Who decided what?"),
        "ledger_person": _("you"),
        "ledger_somebody": _("a person"),
        "ledger_program": _("the program"),
        "ledger_chance": _("chance"),
        "ledger_yours_one": _("Of {all} decisions, {count} was yours."),
        "ledger_yours_other": _("Of {all} decisions, {count} were yours."),
        "ledger_theirs_one": _("Of {all} decisions, {count} was a person’s."),
        "ledger_theirs_other": _("Of {all} decisions, {count} were a person’s."),
        "ledger_more_one": _("and {count} more"),
        "ledger_more_other": _("and {count} more"),
        "to_farewell": _("Take it with you"),
    }
