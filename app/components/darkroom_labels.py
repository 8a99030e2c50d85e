"""Every string that the darkroom draws, beside those that it shares with the chain. See `labels`."""

from app.components.altering_labels import altering, lines
from app.i18n import _


def darkroom_labels() -> dict[str, str]:
    """Key to sentence, in the reader's language."""
    parts = (
        _page,
        _places,
        _transport,
        _stage,
        _closer,
        altering,
        lines,
        _tree,
        _take,
        _keys,
        _walk,
        _start,
    )
    return {key: sentence for part in parts for key, sentence in part().items()}


def _page() -> dict[str, str]:
    return {
        "darkroom": _("Darkroom"),
        "no_word": _("without a word"),
        "close": _("Close"),
        "fetching": _("Fetching…"),
        "looks": _("The model looks again: this takes a step or two…"),
        "not_seen": _("This could not be seen."),
        "lost_now": _("The server did not answer. Nothing was lost here: try again."),
        "failed_here": _("Something went wrong on this page. Nothing of what you made was lost."),
        "moved_on": _("This exposure has gone on meanwhile: here is where it stands now."),
        "anew": _("New exposure"),
        "shortcuts": _("Keys"),
        "sides": _("What to do"),
        "side_alter": _("Alter"),
        "side_inspect": _("Look closer"),
    }


def _places() -> dict[str, str]:
    return {
        "place_words": _("after the words"),
        "place_chance": _("after chance"),
        "place_step": _("after step {step}"),
        "place_decode": _("before the decoder"),
        "place_picture": _("the picture"),
        "short_words": _("words"),
        "short_chance": _("chance"),
        "short_decode": _("latents"),
        "short_picture": _("picture"),
    }


def _transport() -> dict[str, str]:
    return {
        "transport": _("The run"),
        "run": _("Run on"),
        "run_to_break": _("Run to the breakpoint"),
        "pause": _("Pause"),
        "play": _("Play"),
        "stop_playing": _("Stop"),
        "to_start": _("To the beginning"),
        "to_head": _("To the head: as far as it is computed"),
        "step_back": _("One step back"),
        "step_forward": _("One step forward"),
        "one_step": _("One step"),
        "one_step_help": _("Look one step further; at the head, compute one"),
        "run_to": _("Run to…"),
        "looking_at": _("Cursor:"),
        "head_at": _("Computed up to: {place}."),
        "head_nothing": _("Nothing is computed yet."),
        "state_running": _("Running."),
        "state_waiting": _("Waiting."),
        "state_paused": _("Paused."),
        "state_finished": _("Finished."),
        "state_cancelled": _("Paused by a person."),
        "state_interrupted": _("Interrupted; it can go on."),
        "state_failed": _("It failed."),
        "state_broken": _("Its record is damaged."),
        "waiting_one": _("In line: {count} picture first."),
        "waiting_other": _("In line: {count} pictures first."),
        "strip": _("Film of all steps"),
        "breakpoint_at": _("Breakpoint: stop here ({place})"),
    }


def _stage() -> dict[str, str]:
    return {
        "stage": _("The picture at the cursor"),
        "ways": _("What to look at"),
        "way_clean": _("Picture"),
        "way_latents": _("Latents"),
        "way_channels": _("Channels"),
        "way_guidance": _("Guidance"),
        "sees_clean": _("What the model takes the clean picture to be, in step {step}."),
        "sees_latents": _("The latents after step {step}, in colour."),
        "sees_latents_before": _("The latents step {step} began with, in colour."),
        "sees_channels": _("The latents after step {step}, channel by channel."),
        "sees_channels_before": _("The latents step {step} began with, channel by channel."),
        "sees_guidance": _("What guidance adds in step {step}, and where: light is much."),
        "sees_chance": _("Chance: the noise it begins with."),
        "sees_chance_channels": _("Chance, channel by channel."),
        "sees_picture": _("The picture the decoder made of the latents."),
        "sees_words": _("The words as they were read."),
        "sees_nothing": _("Of this there is no picture here."),
        "not_this": _("not: {words}"),
        "veil_off": _("Lift the veil"),
        "attention_told": _("Where the program looked for “{word}”: {share} of its attention."),
        "picture_alt": _("{prompt}, {place}"),
        "compare": _("Side by side"),
        "compare_wipe": _("Curtain"),
        "compare_difference": _("Difference"),
        "seam": _("Where A ends and B begins"),
        "pin": _("Keep as B"),
        "unpin": _("Let go of B"),
        "pin_help": _("Keep this point, then go anywhere: both are seen side by side"),
        "difference_told": _(
            "A minus B, computed on this page, {times} times as strong: {mean} of 255 in the mean."
        ),
        "easel": _("Painting: arrow keys choose a cell, the space bar paints it"),
    }


def _closer() -> dict[str, str]:
    return {
        "inspect": _("Look closer"),
        "tab_words": _("Words"),
        "tab_apart": _("With and without"),
        "tab_encoder": _("Encoder"),
        "tab_path": _("Path"),
        "tab_numbers": _("Numbers"),
        "attention_help": _("Share of the attention in step {step}. Touch a word to see where."),
        "words_before": _("The words that are read. Attention begins with the first step."),
        "no_attention": _("No attention was recorded in this step."),
        "look_layers": _("Layer by layer"),
        "look_pull": _("Pull of each word"),
        "layers_help": _("Where each layer of the denoiser looks for “{word}”."),
        "layer_told": _("Layer {layer} looks for “{word}” here: {share}."),
        "pull_help": _(
            "What the prediction loses without the word (root mean square). Touch one to see where."
        ),
        "pull_told": _("Where “{word}” pulls: {value}."),
        "apart_help": _(
            "Each step predicts twice, with the words and without them; guidance widens the gap "
            "between the two."
        ),
        "before_steps": _("This begins with the first step."),
        "look_branches": _("See both predictions"),
        "apart_cond": _("With the words, step {step}."),
        "apart_uncond": _("Without them, step {step}."),
        "apart_difference": _("How they differ, made {times} times as strong."),
        "apart_mean": _("{value} in the mean."),
        "nothing_read": _("Nothing was read yet."),
        "padding_one": _("{count} of padding"),
        "padding_other": _("{count} of padding"),
        "travel_help": _("How near a word still is, in each layer, to what it was at first (cosine)."),
        "layer": _("Layer"),
        "from_layer": _("picture"),
        "from_layer_help": _("A picture from layer {layer} alone"),
        "cannot_layers": _("This model’s layers cannot be used one by one."),
        "moves_help": _("How far each step moved the latents (root mean square)."),
        "moved_told": _("Step {step}: {value}"),
        "plot_help": _(
            "The way through the latents, in the two directions in which it spreads most: {first} and "
            "{second} of its variance. Dashed: B."
        ),
        "plot_alt": _("The way through the latents"),
        "noise_end": _("noise"),
        "picture_end": _("picture"),
        "n_step": _("Step"),
        "n_timestep": _("Timestep"),
        "n_sigma": _("Noise level (sigma)"),
        "n_signal": _("Share of the picture in the latents"),
        "n_moved": _("Latents moved by (root mean square)"),
        "n_guidance": _("Guidance scale in this step"),
        "n_cond": _("Prediction with the words (root mean square)"),
        "n_uncond": _("Prediction without them (root mean square)"),
        "n_delta": _("Their difference (root mean square)"),
        "n_seconds": _("Took"),
        "n_size": _("Picture"),
        "n_latents": _("Latents: channels, rows, columns"),
        "n_model": _("Model"),
        "n_scheduler": _("Scheduler"),
        "ledger": _("Who decided what"),
    }


def _tree() -> dict[str, str]:
    return {
        "tree": _("Branches"),
        "trunk": _("the first"),
        "leaves_at": _("from step {step}"),
        "open_now": _("open now"),
        "as_b": _("Compare with {name}"),
        "name_it": _("Name"),
        "rename": _("Rename"),
        "name_of_branch": _("Name of this branch"),
        "keep_name": _("Keep"),
        "prune": _("Prune"),
        "pruned_one": _("{count} exposure went to the trash."),
        "pruned_other": _("{count} exposures went to the trash."),
        "restore": _("Put back"),
        "group_of_prompt": _("other words"),
        "group_of_negative_prompt": _("other words against"),
        "group_of_guidance_scale": _("guidance"),
        "group_of_encoder_layer": _("a layer of the encoder"),
        "group_of_word_weight": _("the weight of a word"),
        "group_of_word_vector": _("a word’s vector"),
        "group_of_noise": _("other noise"),
        "group_of_latents": _("a painted region"),
        "group_of_steps": _("other steps"),
    }


def _take() -> dict[str, str]:
    return {
        "take": _("Take away"),
        "take_picture": _("The picture"),
        "take_sheet": _("Contact sheet"),
        "take_run": _("The run as a film"),
        "take_walk": _("The way from here to B"),
        "take_script": _("A script that repeats it"),
        "take_record": _("The record"),
        "take_tensors": _("All latents"),
    }


def _keys() -> dict[str, str]:
    return {
        "key_space": _("space"),
        "key_enter": _("Enter"),
        "key_escape": _("Esc"),
        "key_delete": _("Del"),
        "key_shift": _("Shift"),
        "key_home": _("Home"),
        "key_end": _("End"),
        "k_run": _("Run, pause, play"),
        "k_back": _("Cursor one step back"),
        "k_on": _("Cursor one step forward"),
        "k_home": _("To the beginning"),
        "k_end": _("To the head"),
        "k_one": _("Compute one step"),
        "k_break": _("Breakpoint here"),
        "k_develop": _("Develop"),
        "k_develop_one": _("Develop one step"),
        "k_undo": _("Undo"),
        "k_redo": _("Do again"),
        "k_paint": _("Paint"),
        "k_eraser": _("Eraser"),
        "k_smaller": _("Smaller brush"),
        "k_bigger": _("Larger brush"),
        "k_attention": _("Attention: next word, then none"),
        "k_way": _("Picture, latents, channels, guidance"),
        "k_compare": _("Keep as B, let go of B"),
        "k_difference": _("Curtain or difference"),
        "k_side": _("Alter or look closer"),
        "k_up": _("Branch above"),
        "k_down": _("Branch below"),
        "k_name": _("Name the branch"),
        "k_prune": _("Prune the branch"),
        "k_help": _("These keys"),
        "k_walk": _("The first walk"),
        "k_leave": _("Leave painting, B, attention"),
    }


def _walk() -> dict[str, str]:
    return {
        "walk": _("Walk through"),
        "walk_next": _("Next"),
        "walk_back": _("Back"),
        "walk_skip": _("Skip"),
        "walk_end": _("To the bench"),
        "walk_stage": _("The picture at one point of its making. Nothing you look at changes it."),
        "walk_strip": _(
            "Every step of the run is a frame. Touch one to look at it; the dot beneath makes the run "
            "stop there."
        ),
        "walk_transport": _(
            "Run, pause, go one step. Red shows how far it is computed, white where you look."
        ),
        "walk_inspect": _(
            "What lies behind the picture here: words, the two predictions, the encoder, the path, "
            "the numbers."
        ),
        "walk_region": _(
            "From the step you look at, alter what follows: weigh words, pull guidance, paint a "
            "region and erase, move or noise it again."
        ),
        "walk_develop": _(
            "Each change is a line. Develop them: another picture grows, and the first one stays."
        ),
        "walk_tree": _("Every branch is kept here. Go back to one, name it, lay two side by side."),
    }


def _start() -> dict[str, str]:
    return {
        "start_title": _("What shall lie on the bench?"),
        "start_plain": _("Ask for a picture and stop wherever you like, or take one that was made."),
        "show_around": _("Show me around"),
        "prompt_example": _("a red boat on the sea"),
        "chance_draws": _("chance draws it"),
        "models_own": _("the model’s own"),
        "steps": _("Steps"),
        "more": _("Settings"),
        "stop_at": _("Stop at"),
        "stop_end": _("the end"),
        "stop_words": _("after the words"),
        "stop_chance": _("after chance"),
        "stop_first": _("after the first step"),
        "expose": _("Expose"),
        "recent": _("Made before"),
    }
