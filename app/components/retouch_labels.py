"""What the page Retouch and the chain's stage of that name draw. See `labels`."""

from app.components.altering_labels import altering
from app.i18n import _


def retouched() -> dict[str, str]:
    """What became of a picture: key to sentence, in the reader's language."""
    return {
        "into_retouch": _("Retouch it"),
        "before": _("before"),
        "after": _("after"),
        "curtain_seam": _("Where before ends and after begins"),
        "difference_caption": _("What changed, made {times} times as bright."),
        "difference_alt": _("The difference of both pictures, bright where they differ"),
        "own_caption": _("What the autoencoder alone changes, there and back, as bright."),
        "own_alt": _("What the autoencoder alone changes, bright where it does"),
        "painted_caption": _("What was painted."),
        "painted_alt": _("The first picture, with what was painted over it"),
        "changed_all": _("The picture changed by {value} of 255 levels in the mean."),
        "changed_inside": _("Where it was painted, it changed by {value} of 255 levels in the mean."),
        "untouched_all": _("What was not painted is the same, to the last pixel."),
        "untouched_part": _(
            "What was not painted: {share} of the pixels are the same; the others changed by {value} of 255 "
            "levels in the mean, {greatest} at most."
        ),
        "outside_mean": _("Over all that was not painted, that is {value} in the mean."),
        "own_there": _("The autoencoder alone, there and back, makes {value}."),
        "own_all": _("The autoencoder alone, there and back, changes it by {value}."),
        "way_taken": _("How it was gone over"),
        "way_inpaint": _("What is painted"),
        "way_image_to_image": _("The whole picture"),
        "way_instruct": _("By instruction"),
        "strength": _("Strength"),
        "began_with": _("It began with"),
        "another_exposure": _("another exposure"),
        "from_elsewhere": _("a picture from elsewhere"),
        "what_way": _("how the picture is gone over"),
        "what_source": _("the picture to begin with"),
        "what_strength": _("how far it goes back"),
        "what_mask": _("what is painted"),
    }


def retouching() -> dict[str, str]:
    """The page: key to sentence, in the reader's language."""
    return altering() | {
        "choose_picture": _("Which picture?"),
        "drop_here": _("Drop a picture here, choose a file, or take one that was made."),
        "choose_file": _("Choose a file"),
        "another_picture": _("Another picture"),
        "recent": _("Made before"),
        "no_word": _("without a word"),
        "easel": _("Painting: arrow keys choose a cell, the space bar paints it"),
        "undo_stroke": _("Undo"),
        "too_heavy": _("This file is heavier than {most}. Give a smaller one."),
        "lost_now": _("The server did not answer. Nothing was lost here: try again."),
        "source_alt": _("The picture to begin with"),
        "ways": _("How to go over it"),
        "way_inpaint_plain": _("Only what you paint is made anew."),
        "way_image_to_image_plain": _("All of it is covered with noise, and denoised with other words."),
        "way_instruct_plain": _("The words say what is to change; the model sees the picture."),
        "cannot_ways": _("The model {model} has no way to do this: {ways}."),
        "cannot_all": _("The model {model} cannot retouch. Choose another on the page Models."),
        "prompt_shows": _("What the new picture shows"),
        "prompt_changes": _("What is to change"),
        "strength_plain": _("The more, the less of the first picture is left."),
        "paste": _("Put the old pixels back where nothing is painted"),
        "more": _("Settings"),
        "seed_label": _("Seed"),
        "steps": _("Steps"),
        "guidance": _("Guidance"),
        "chance_draws": _("chance draws it"),
        "models_own": _("the model’s own"),
        "go": _("Retouch"),
        "paint_first": _("Paint what is to change."),
        "result": _("What became of it"),
        "to_chain": _("Its whole chain"),
        "go_on_from_it": _("Retouch this one"),
    }
