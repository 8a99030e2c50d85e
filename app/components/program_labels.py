"""Every string that the page Program draws beside those of `labels`, by the same rules."""

from app.i18n import _


def program_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    return _spoken() | _kinds() | _attributes()


def _spoken() -> dict[str, str]:
    return {
        # What it knows
        "lead": _(
            "It can name {nouns} things, in {colours} colours, {settings} settings, {lights} lights and "
            "{processes} kinds of print."
        ),
        "lead_scenes": _("That makes {scenes} scenes, and not one more."),
        "never": _("What has no word here, it will never show."),
        "things_title": _("Everything it can name"),
        "search": _("Look for a word, in French or in English"),
        "search_example": _("apple"),
        "try": _("Try:"),
        "try_inside": _("bicycle"),
        "try_outside_1": _("freedom"),
        "try_outside_2": _("war"),
        "try_outside_3": _("tomorrow"),
        "all_kinds": _("Everything"),
        "found_one": _("{count} thing of {all}"),
        "found_other": _("{count} things of {all}"),
        "found_also": _("It also knows: {words}."),
        "outside": _("{words}: not in the program. It will never show it."),
        "pictograms": _("Pictograms: arrow keys go from one to the next"),
        "close": _("Close"),
        "word_fr": _("In French"),
        "word_en": _("In English"),
        "feminine": _("feminine"),
        "masculine": _("masculine"),
        "plural": _("plural: {word}"),
        "uncountable": _("cannot be counted"),
        "synonyms": _("also: {words}"),
        "ask": _("Make a picture of it"),
        "ask_this": _("Ask for this picture"),
        "renders": _("Renders of its world:"),
        "render_alt": _("Render: {caption}"),
        # What can be said of it
        "attributes_title": _("What can be said of them"),
        "attributes_plain": _("One scene, and each time one word more or another word: “{scene}”."),
        "base_scene": _("a cat to the left of a camera in a meadow"),
        "varied_alt": _("The same scene: {word}"),
        # What it saw
        "training_title": _("What it was shown"),
        "pictures_title": _("Pictures of its world"),
        "training_plain": _(
            "A grammar draws a scene, a renderer makes its picture, the grammar says it in French and in "
            "English. Picture number n is the same on every machine."
        ),
        "learnt_from": _("It learnt from the first {count} pictures: of all scenes, {share}."),
        "another": _("Another handful"),
        "number": _("Picture number"),
        "show": _("Show it"),
        "picture_number": _("No. {n}"),
        "never_seen": _("It never saw this one."),
        "bad_number": _("A whole number from 0 to {most}."),
        "picture_missing": _("This picture could not be fetched."),
        # What comes near to what it made
        "near_title": _("What a picture is near to"),
        "near_plain": _("A picture it made, and those it learnt from that are most like it."),
        "near_honest": _(
            "Near is not cause: these are the pictures most like it, not those it was made from. "
            "The model keeps no pictures, only weights."
        ),
        "near_choose": _("Choose a picture that was made here:"),
        "near_nothing": _("No picture was made here yet. The chain page makes the first."),
        "near_looking": _("Looking through the pictures it learnt from…"),
        "near_among": _("Looked for among the first {count} pictures it learnt from."),
        "near_clip": _("By its own CLIP"),
        "near_clip_plain": _("How alike its own CLIP finds them; 1 would be the same."),
        "near_clip_figure": _("cosine {value}"),
        "near_unseen": _(
            "Its model's CLIP did not look at this picture: it was made before there was an index."
        ),
        "near_pixels": _("By pixels"),
        "near_pixels_plain": _(
            "Averaged down to {side} × {side} pixels: their mean difference, from 0 to 255."
        ),
        "near_pixels_figure": _("difference {value}"),
        "near_missing": _("The model that made this picture has no index of those it learnt from."),
        "near_lost": _("There is no picture of that exposure here."),
        # Its size
        "sizes_title": _("How large it is"),
        "sizes_plain": _("Each square is a model: one learnt number, one equal grain of area."),
        "made_here": _("made for this apparatus"),
        "loupe": _("Under a loupe: {times} times as wide"),
        "times_as_many": _("{times} times as many learnt numbers as obscura"),
        "vocabulary_tokens": _("{count} tokens"),
        "sizes_note": _(
            "The essays count only the part that removes noise. Here every part counts: the one that "
            "reads the words is another model, often as large."
        ),
        "sources": _("Every part, and where its size comes from"),
        "table_model": _("Model"),
        "table_part": _("Part"),
        "table_class": _("Class"),
        "table_numbers": _("Learnt numbers"),
        "table_source": _("Configuration from"),
        "own_weights": _("counted in its own weights"),
        "part_tokenizer": _("Cuts words into tokens"),
        "part_scheduler": _("Sets the pace of the steps"),
        "only_rules": _("rules only"),
        "total": _("All together"),
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


def _attributes() -> dict[str, str]:
    return {
        "group_colours": _("Colours"),
        "group_sizes": _("Sizes"),
        "group_numbers": _("Numbers"),
        "group_places": _("Places"),
        "group_settings": _("Where it is set"),
        "group_walls": _("Walls"),
        "group_lights": _("Hours and weather"),
        "group_processes": _("Kinds of print"),
    }
