"""What the page Select and the chain's stage of that name draw. See `labels`."""

from app.i18n import _


def selected() -> dict[str, str]:
    """How one of several did: key to sentence, in the reader's language."""
    return {
        "candidate_of": _("Candidate {number} of {of}."),
        "make_several": _("Make several, and choose"),
        "to_sheet": _("All candidates, side by side"),
        "another_one": _("another one"),
        "kept_none": _("Nobody has kept one yet."),
        "kept_person_this": _("A person kept this one."),
        "kept_person_other": _("A person kept {other}."),
        "kept_program_this": _("The program kept this one, by {by}."),
        "kept_program_other": _("The program kept {other}, by {by}."),
        "what_kept": _("which picture is kept"),
        "score_clip": _("the model’s own CLIP"),
        "score_clip_plain": _("How alike picture and prompt are to it: 1 is the same direction."),
        "score_judge": _("the judge"),
        "score_judge_plain": _("The share of what was asked for that it finds, 0 to 1."),
        "words_add": _("What each word adds: how much is lost without it. Hatched: it takes away."),
        "right": _("found"),
        "wrong": _("not found"),
        "question_noun": _("The thing:"),
        "question_colour": _("Its colour:"),
        "question_setting": _("The setting:"),
        "question_process": _("The print process:"),
        "question_both_nouns": _("Both things:"),
        "question_both_colours": _("Both colours:"),
        "question_place": _("Where they stand:"),
    }


def selecting() -> dict[str, str]:
    """The page: key to sentence, in the reader's language."""
    return {
        "prompt_label": _("Prompt"),
        "prompt_example": _("a red boat on the sea"),
        "count": _("How many candidates"),
        "more": _("Settings"),
        "seed_first": _("Seed of the first"),
        "steps": _("Steps"),
        "guidance": _("Guidance"),
        "chance_draws": _("chance draws it"),
        "models_own": _("the model’s own"),
        "go": _("Make them"),
        "lost_now": _("The server did not answer. Nothing was lost here: try again."),
        "fetching": _("Fetching…"),
        "looks_where": _("The picture is covered place by place and scored again…"),
        "not_seen": _("This could not be seen."),
        "making_next": _("Candidate {number} of {of}."),
        "made_all_one": _("{count} candidate was made."),
        "made_all_other": _("{count} candidates were made."),
        "not_made_one": _("{count} was not made to its end."),
        "not_made_other": _("{count} were not made to their end."),
        "sheet": _("The candidates"),
        "sort": _("Sort by"),
        "sort_made": _("the order they were made in"),
        "candidate": _("Candidate {number}"),
        "ended_coming": _("to come"),
        "ended_now": _("being made"),
        "ended_gone": _("not made"),
        "ended_other": _("not finished"),
        "nobody_scores": _(
            "Nobody on this machine can say how well a picture shows this prompt, so there is no score and "
            "the program keeps none. You can."
        ),
        "choose_one": _("Touch a candidate: how it was scored, and why; there you can keep it."),
        "program_keeps": _("Let the program keep one, by {by}"),
        "keep_this": _("Keep this one"),
        "you_keep_this": _("You keep this one."),
        "kept_title": _("Kept"),
        "kept_by_person": _("A person kept this one"),
        "kept_by_program": _("The program kept this one, by {by}"),
        "agree": _("Both kept the same picture."),
        "differ": _("By {by}, the person’s choice is number {place} of {of} for the program."),
        "rejected_title": _("The wall of the rejected"),
        "rejected_plain_one": _("{count} picture that nobody kept. It stays here."),
        "rejected_plain_other": _("{count} pictures that nobody kept. They stay here."),
        "seed_told": _("seed {seed}"),
        "rank_told": _("By {by}, number {place} of {of}."),
        "where": _("Where in the picture?"),
        "whole_prompt": _("the whole prompt"),
        "quoted": _("“{word}”"),
        "where_by": _("By {by}"),
        "where_told": _(
            "Light where the likeness to {word} falls when the place is covered, by {most} at most. Orange "
            "where it rises."
        ),
        "to_chain": _("Its whole chain"),
        "into_retouch": _("Retouch it"),
    }
