"""A prompt rewritten, in an exposure or without one: one event a token, and who decided what.

enhanced = enhance(settings, "20261122-123456-ab12", emit, stopped)
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from apparatus.engine.jobs import Rewrite
from apparatus.enhancements import OWN, Enhance, Enhanced, Written
from apparatus.enhancers import write
from apparatus.record import Decision, Settings, Who
from apparatus.stages import Event
from apparatus.stages.enhance import token, whole
from apparatus.world.grammar import spoken


def enhance(
    settings: Settings,
    id: str,
    emit: Callable[[Event], None],
    stopped: Callable[[], bool],
    before: Sequence[Written] = (),
) -> Enhanced:
    """Have the prompt of settings with an `enhance` rewritten, and tell each token.

    Raises:
        NoEnhancer, NoInstruction, TooLarge, OutOfRange: as `enhancers.write` does.
    """
    assert settings.enhance is not None, "where it is off nothing is asked"
    places = count()

    def tell(written: Written) -> None:
        emit(token(id, next(places), written))

    language = settings.language or spoken(settings.prompt)
    return write(settings.enhance, settings.prompt, language, tell, stopped, before)


def rewrite(job: Rewrite, id: str, emit: Callable[[Event], None], stopped: Callable[[], bool]) -> None:
    """Do a job that makes no picture; `rewritten` has the text from its last event.

    Raises:
        What `enhance` raises.
    """
    assert job.settings.enhance is not None, "where it is off nothing is asked"
    settings = job.settings.model_copy(update={"enhance": settled(job.settings.enhance)})
    enhanced = enhance(settings, id, emit, stopped, job.before)
    emit(whole(id, settings.prompt, enhanced))
    state = "cancelled" if enhanced.ended == "cancelled" else "finished"
    data = enhanced.model_dump(mode="json", exclude={"asked": {"by"}, "message": True})
    emit(Event(exposure=id, stage="exposure", kind=state, data={"enhanced": data}))


def rewritten(last: Event, by: str) -> Enhanced | None:
    """The text that the last event of a job has, if it has one; who wrote it, `by`, is not told there."""
    told = last.data.get("enhanced")
    return told and Enhanced.model_validate(told | {"asked": told["asked"] | {"by": by}})


def settled(asked: Enhance) -> Enhance:
    """The same with nothing left open: a seed drawn by chance, where one is needed."""
    if asked.seed is not None or asked.temperature == 0:
        return asked
    return asked.model_copy(update={"seed": secrets.randbelow(2**32)})


def decided(
    asked: Enhance | None, done: Enhance | None, who: Mapping[str, Who] | None = None
) -> list[Decision]:
    """The ledger's lines before anything is written: a person chose what differs from the program's own.

    `done` is what was asked with nothing left open; `who` says whose choices "enhance" and "enhance_seed"
    were, where no person's.
    """
    whose = who or {}
    by = whose.get("enhance", "person")
    if asked is None or done is None:
        return [Decision(stage="enhance", what="enhance", value="off", who=by)]
    lines = [Decision(stage="enhance", what="enhance", value=done.model, who=by)]
    for name in ("temperature", "top_p") if done.by == OWN else ("template", "temperature", "top_p"):
        value = getattr(done, name)
        usual = value == Enhance.model_fields[name].default
        shown = value[:40] if isinstance(value, str) else value
        lines.append(Decision(stage="enhance", what=name, value=shown, who="program" if usual else "person"))
    if done.seed is not None:
        drawn = "chance" if asked.seed is None else whose.get("enhance_seed", "person")
        lines.append(Decision(stage="enhance", what="enhance_seed", value=done.seed, who=drawn))
    for choice in done.chosen:
        value = f"{choice.token} ({choice.at})"
        lines.append(Decision(stage="enhance", what="token", value=value, who="person"))
    return lines


def accepted(lines: Sequence[Decision], enhanced: Enhanced) -> list[Decision]:
    """The ledger's lines without those of settings that an endpoint would not have."""
    without = {"enhance_seed" if name == "seed" else name for name in enhanced.declined}
    return [line for line in lines if line.stage != "enhance" or line.what not in without]


def added(enhanced: Enhanced) -> Decision:
    """The ledger's line after it: how many words are not the person's, and if chance had part in them.

    It had, for all that is known, where an endpoint would not have the temperature.
    """
    drawn = enhanced.asked.temperature > 0 or "temperature" in enhanced.declined
    who = "chance" if drawn else "program"
    return Decision(stage="enhance", what="words_added", value=enhanced.added, who=who)
