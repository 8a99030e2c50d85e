"""Every string that the page Enhance and the stage of that name draw beside those of `labels`."""

from app.i18n import _


def enhance_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return {
        # Asking
        "your_words": _("What you write"),
        "your_words_hint": _("a cat"),
        "who_rewrites": _("Who rewrites it"),
        "nobody_rewrites": _("Nobody"),
        "off_plain": _("Off: the words go in as you wrote them. That is a choice, too."),
        "own_plain": _("obscura’s own language model: small, trained on this world, on this machine."),
        "remote_plain": _("A language model on another machine, which the host of this app chose."),
        "no_speaker": _("No language model is on this machine, and the host has named none elsewhere."),
        "instruction": _("What it is told to do"),
        "instruction_none": _("Nothing: it was trained to go on from a mark that stands behind your words."),
        "instruction_note": _("You can change it here; {place} is where your words go."),
        "temperature": _("Temperature"),
        "temperature_plain": _("0: the likeliest each time. 1: as the model has it."),
        "top_p": _("Top-p"),
        "top_p_plain": _("Only the likeliest that have this much together."),
        "words_seed": _("Seed of the words"),
        "chance_draws": _("chance draws it"),
        "fine_tuning": _("How it draws"),
        "rewrite": _("Rewrite"),
        # The text
        "writing": _("It is writing…"),
        "waiting_writing": _("Waiting in line…"),
        "your_word": _("your word"),
        "mended_word": _("your word, mended (you wrote “{was}”)"),
        "added_word": _("added"),
        "chosen_word": _("chosen by you"),
        "a_mark": _("a mark, not a word"),
        "legend_yours": _("what you wrote"),
        "legend_added": _("what the language model added"),
        "legend_chosen": _("a token a person chose"),
        "legend_line": _("The line under a token is as long as its probability."),
        "words_added_one": _("{count} word added"),
        "words_added_other": _("{count} words added"),
        "words_dropped": _("Left out: {words}"),
        "token_probability": _("Probability"),
        "token_entropy": _("Entropy"),
        "bits": _("{value} bits"),
        "roads": _("The roads not taken"),
        "roads_plain": _("Touch one: the text goes on from there."),
        "roads_plain_shown": _("What could have stood here, and how likely it was."),
        "touch_token": _("Touch a word to see what else could have stood there."),
        "taken": _("taken"),
        "known_vocabulary": _("Over all the tokens the language model knows, at temperature 1."),
        "known_given": _(
            "Of the few tokens that the endpoint told; the rest counts as one, so entropy is at least this."
        ),
        "known_nothing": _("The endpoint told no probabilities."),
        "ended_end": _("The language model ended it."),
        "ended_length": _("It was as long as it may be."),
        "ended_cancelled": _("It was stopped."),
        "words_kept": _("Your words stay as they are."),
        "former_roads": _("Roads taken before"),
        "former_road": _("Go back to this text"),
        "given": _("All that the language model got"),
        "given_plain": _("Word for word, with marks and roles. Your words are lit."),
        "given_remote": _("What its server puts around it is not known."),
        "by_model": _("Language model"),
        "rewritten_in": _("Written in"),
        # Both pictures
        "both": _("Make both pictures"),
        "both_plain": _("One seed, two texts: what the added words do."),
        "picture_raw": _("Your words alone"),
        "picture_enhanced": _("With the added words"),
        "to_chain": _("Its whole chain"),
        "picture_coming": _("Being made…"),
        "picture_failed": _("This one was not finished."),
        # Diversity
        "various_title": _("Does it make pictures more various, or less?"),
        "various_plain": _(
            "So many pictures of your words alone, and as many of as many rewritings, with the same seeds."
        ),
        "various_count": _("Pictures of each"),
        "various_make": _("Make them"),
        "various_none": _("First choose who rewrites it, and write something."),
        "various_coming": _("{done} of {all} pictures."),
        "various_score": _("Vendi score: {value} of {count}"),
        "various_clip": _("By what the model’s own CLIP sees. 1: all alike; {count}: no two alike."),
        "various_pixels": _("By thumbnails of 16 × 16 pixels. 1: all alike; {count}: no two alike."),
        "various_failed": _("Too few of them were finished to compare."),
        # On the chain
        "to_enhance": _("Have them rewritten, and see how"),
        # Decided
        "what_enhance": _("whether a language model rewrites the words"),
        "what_template": _("what it is told to do"),
        "what_temperature": _("the temperature of its words"),
        "what_top_p": _("how many likely tokens it draws from"),
        "what_enhance_seed": _("the seed of its words"),
        "what_token": _("a token in the place of its own"),
        "what_words_added": _("the words that were added"),
    }
