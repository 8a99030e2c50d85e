"""What the page Loop and the chain's stage of that name draw. See `labels`."""

from app.i18n import _


def looped() -> dict[str, str]:
    """The chain's stage: key to sentence, in the reader's language."""
    return {
        "loop_begin": _("Let the picture go back in"),
        "loop_first": _(
            "Round {round} of {of} of a loop: what a program says of it is the next picture’s prompt."
        ),
        "loop_place": _(
            "Round {round} of {of} of a loop: its prompt is what a program said of the picture before."
        ),
        "loop_see": _("See the loop"),
    }


def looping() -> dict[str, str]:
    """The page: key to sentence, in the reader's language."""
    return {
        # What is asked
        "prompt_label": _("Prompt"),
        "prompt_example": _("a red boat on the sea"),
        "from_exposure": _(
            "It begins with the settings of an exposure: the first picture is that one again."
        ),
        "from_words": _(
            "It begins with the words and settings of an exposure. Its first picture is another one: what "
            "was rewritten, altered or retouched there is not done again."
        ),
        "rounds": _("Rounds"),
        "seeds": _("The noise of each round"),
        "seeds_fixed": _("The same: only the words change"),
        "seeds_new": _("New each time: the next seed"),
        "enhanced": _("A language model ({name}) rewrites every caption first"),
        "captioner": _("Who says what a picture shows"),
        "captioner_own": _("the model’s own captioner"),
        "no_captioner": _(
            "Nobody here can say what a picture shows, so nothing can go back in. "
            "Put a captioner into the folder that APPARATUS_CAPTIONERS names, and start the app again."
        ),
        "begin": _("Let it go round"),
        "another": _("Another loop"),
        "refused_by_chance": _("The apparatus could not be asked. Try again in a moment."),
        # How it stands
        "loop_running": _("It goes round, and nobody is asked."),
        "loop_round": _("Round {number} of {of} is being made."),
        "loop_left": _(
            "It stands still: what ran it has ended. What was made is kept, and it can be gone on with."
        ),
        "loop_finished": _("All rounds are made."),
        "loop_cancelled": _("Somebody stopped it."),
        "loop_silent": _("The captioner said nothing of the last picture: there is nothing to go back in."),
        "loop_failed": _("It broke off."),
        "stop": _("Stop"),
        "go_on": _("Go on"),
        "settled_one": _("It settled: from round {round} on every round repeats the one before."),
        "settled_other": _("It settled: from round {round} on it repeats itself every {count} rounds."),
        "unsettled_one": _("Within {count} round it never said the same twice: it has not settled."),
        "unsettled_other": _("Within {count} rounds it never said the same twice: it has not settled."),
        "repeated_new": _(
            "Round {round} says the same as round {other}, word for word. But each round has new noise, so "
            "that it may still leave."
        ),
        "made_with": _("{model}, seed {seed}"),
        "made_fixed": _("the same noise in every round"),
        "made_new": _("new noise in every round"),
        "made_enhanced": _("every caption rewritten by {name}"),
        "unwritten_one": _("{count} round not rewritten"),
        "unwritten_other": _("{count} rounds not rewritten"),
        "not_rewritten": _("The language model gave nothing of use: these words went in as they are."),
        "lost": _("The connection was lost. Trying again…"),
        # The strip
        "strip": _("The pictures, round by round; the arrow keys go from one to the next"),
        "round": _("Round {number}"),
        "picture_of": _("Round {number}: {caption}"),
        "kept_words": _("{underlined}: a word of the first prompt that is still there."),
        "underlined": _("Underlined"),
        "see_whole": _("See it whole"),
        "see_close": _("See each round"),
        "original": _("As it went by itself"),
        "other_future": _("After a person stepped in, in round {round}"),
        "left_one": _("{count} future left this loop:"),
        "left_other": _("{count} futures left this loop:"),
        "left_at": _("after round {round}: “{prompt}”"),
        "left_from": _("The loop that this one left"),
        # The figures
        "drift": _("How far it drifts"),
        "from_first": _("Picture, from the first"),
        "from_last": _("Picture, from the one before"),
        "words_from_first": _("Caption, from the first prompt"),
        "by_clip": _("1 − cosine, by the model’s CLIP"),
        "by_thumbnails": _("1 − cosine, of thumbnails of 16 × 16 pixels"),
        "by_words": _("1 − cosine, of how often each word is said"),
        "by_other": _("1 − cosine, by {name}"),
        "shared": _("Words of the first prompt left"),
        "shared_unit": _("share of its words, small ones left out"),
        "vocabulary": _("Vocabulary"),
        "vocabulary_unit": _("different words in the captions of ten rounds"),
        "colours": _("Colours"),
        "colours_unit": _("effective number of 64: two to the power of the entropy in bits"),
        "apart_pictures": _("The two futures, apart: pictures"),
        "apart_words": _("The two futures, apart: captions"),
        "goes": _("{name}: from {from} to {to}"),
        "no_value": _("nothing to compare with"),
        "numbers": _("All the numbers"),
        # One round
        "asked_person": _("A person wrote"),
        "asked_program": _("It was asked to show"),
        "rewritten": _("Rewritten"),
        "said": _("The program says of it"),
        "person_instead": _("A person wrote instead"),
        "same_as": _("The same, word for word, as round {round}."),
        "its_chain": _("Its whole chain"),
        "step_in": _("Step in here"),
        "step_in_plain": _(
            "Write what the next picture is to show. The loop stays as it is; another future begins here."
        ),
        "next_prompt": _("The next prompt"),
        "step_in_go": _("Let this future go round"),
        # Others
        "earlier": _("Earlier loops"),
        "no_loops": _("No picture has gone back in yet."),
        "made_of": _("{made} of {of} rounds"),
        "state_left": _("standing still"),
        "state_silent": _("silent"),
        "state_failed_loop": _("broke off"),
        "state_cancelled_loop": _("stopped"),
        "state_running_loop": _("going round"),
        "state_finished_loop": _("all rounds"),
        "who_left": _("left another loop"),
        # A model that learns from its own pictures
        "generations_title": _("Trained on its own pictures"),
        "generations_plain": _(
            "A loop without words. obscura drew a picture for each of {captions} captions of its world, "
            "learnt from these, and drew again, {count} times over. A second one learnt just as long "
            "from true pictures of the world with the same captions: {steps} steps of {batch} pictures each "
            "time. What both lose is lost to learning from so few; what only the first loses, to learning "
            "from itself."
        ),
        "generations_how": _(
            "A recorded run, with obscura’s own judge: one picture of each thing and of each held-out "
            "prompt, {steps} steps, guidance {guidance}. "
            "Make it again with: apparatus train --preset own --pictures {captions} --steps {learnt}"
        ),
        "line": _("What it learns from"),
        "line_own": _("Its own pictures"),
        "line_world": _("The world’s pictures"),
        "end_own": _("from its own:"),
        "end_world": _("from the world’s:"),
        "generation": _("Generation {number}"),
        "generation_drawn": _("What generation {number} draws. It learnt from: {line}"),
        "both_go": _("{name}: from {from}, to {own} with its own pictures and {world} with the world’s"),
        "generations_recall": _("Things it still draws"),
        "generations_recall_unit": _("of {of}, as the judge knows them"),
        "generations_adherence": _("The thing that was asked for"),
        "generations_adherence_unit": _("share of held-out prompts with one thing"),
        "generations_variety": _("Variety"),
        "generations_variety_unit": _("Vendi score of {of} pictures of different things"),
        "generations_palette": _("Colours of a picture"),
        "generations_palette_unit": _("effective number of 64"),
        # What others found
        "research_title": _("Does it settle? Those who tried disagree"),
        "research": _(
            "A hundred rounds with Stable Diffusion XL and LLaVA ended in one of twelve motifs, whatever "
            "the prompt ({converges}); with GPT-4o and DALL·E 3 the loop drifted away from its beginning and "
            "came to rest nowhere ({diverges}). What is drawn here was measured on this very loop."
        ),
        "research_converges": _("Hintze and others, Patterns, December 2025, as its press release tells"),
        "research_diverges": _("Conde and others, arXiv 2409.16297, 2024"),
        "measures": _(
            "A loop with the same noise that says the same words again must repeat itself for ever: the same "
            "words make the same picture. Distances are 0 where two are alike. They compare what the picture "
            "looks like to a program, not what it means."
        ),
    }
