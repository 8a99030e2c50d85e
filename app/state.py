"""What a page needs to know: the session, the address, and what the form asks for."""

from typing import Any

import streamlit as st

from app import enhancing, figures, live, models, near
from app.refusals import refusal
from app.wording import plain
from apparatus.errors import ApparatusError
from apparatus.settings import Settings

PROMPT, NEGATIVE, SEED, STEPS, GUIDANCE = "prompt", "negative_prompt", "seed", "steps", "guidance"
MODEL, LORAS, ENHANCE = "model", "loras", "enhance"
REFUSED, LAST = "refused", "last"


def shown() -> str | None:
    """The exposure in the address, else the one last seen. Where it is not there, a refusal is left."""
    exposure: str | None = st.query_params.get("exposure") or st.session_state.get(LAST)
    if exposure is None:
        return None
    try:
        live.hub().running(exposure)
    except ApparatusError as error:
        st.session_state[REFUSED] = refusal(error)
        st.session_state.pop(LAST, None)
        return None
    st.session_state[LAST] = st.query_params["exposure"] = exposure
    return exposure


def take_prompt() -> None:
    """Put the prompt that the address brought, if it did, into the form; the address then forgets it."""
    prompt = st.query_params.get(PROMPT)
    if prompt is not None:
        st.session_state[PROMPT] = prompt
        del st.query_params[PROMPT]


def written() -> str:
    """The prompt in the form, as another page may begin with it."""
    prompt: str = st.session_state.get(PROMPT) or ""
    return prompt


def expose() -> None:
    """Have a picture made of what the form holds; the address then names it. Or leave a refusal."""
    try:
        st.query_params["exposure"] = live.hub().expose(asked())
    except ApparatusError as error:
        st.session_state[REFUSED] = refusal(error)


def asked() -> Settings:
    """The settings in the form. What is left empty, the model or chance decides.

    Raises:
        OutOfRange: one of them lies outside its range.
    """
    form = st.session_state
    return Settings(
        model=model(),
        prompt=form.get(PROMPT) or "",
        negative_prompt=form.get(NEGATIVE) or "",
        seed=form.get(SEED),
        num_inference_steps=form.get(STEPS),
        guidance_scale=form.get(GUIDANCE),
        enhance=enhancing.usual(bool(form.get(ENHANCE))),
        loras=[{"file": name, "weight": weight} for name, weight in worn().items()],
    )


def model() -> str:
    """The model that makes the pictures this visitor asks for."""
    chosen: str = st.session_state.get(MODEL) or live.hub().model
    return chosen


def worn() -> dict[str, float]:
    """The LoRA files that this visitor's pictures wear, by name, and their weights."""
    loras: dict[str, float] = st.session_state.get(LORAS, {})
    return loras


def title() -> str:
    """That model's name, as a person reads it, and what it wears."""
    loras = [f"{name} × {plain(weight)}" for name, weight in worn().items()]
    return " + ".join([models.title(model()), *loras])


def choose(model: str | None, lora: dict[str, Any] | None) -> None:
    """Do what was just chosen on the page Models, if anything was."""
    use(model)
    wear(lora)


def use(chosen: str | None) -> None:
    """From here on have the pictures made by another model, if one was chosen."""
    if chosen is None or chosen == model():
        return
    try:
        models.offered(chosen)
        st.session_state[MODEL] = chosen
    except ApparatusError as error:
        st.session_state[REFUSED] = refusal(error)
    st.rerun()


def wear(chosen: dict[str, Any] | None) -> None:
    """From here on have the pictures wear a LoRA at this weight; without a weight, take it off."""
    if chosen is None:
        return
    name, weight = str(chosen.get("name")), chosen.get("weight")
    others = {other: at for other, at in worn().items() if other != name}
    try:
        if weight is not None:
            asked = Settings(loras=[{"file": name, "weight": weight}]).loras
            models.wearable(asked)
            others |= {lora.file: lora.weight for lora in asked}
        st.session_state[LORAS] = others
    except ApparatusError as error:
        st.session_state[REFUSED] = refusal(error)
    st.rerun()


def refused() -> str | None:
    """The sentence a refusal left, once."""
    sentence: str | None = st.session_state.pop(REFUSED, None)
    return sentence


def cancel() -> None:
    """Stop the run whose button was pressed."""
    exposure = st.session_state["chain"].get("cancel")
    if exposure is not None:
        live.hub().engine.cancel(exposure)


def take_card() -> None:
    """Put the text of the card that was touched into the form."""
    card = st.session_state.get("card")
    if card is not None:
        st.session_state[PROMPT] = card


def archived() -> int:
    """How many exposures are kept."""
    return live.hub().store.count()


def archive(page: int) -> list[dict[str, Any]]:
    """One page of them, newest first, as the contact sheet shows them."""
    entries = live.hub().store.list(limit=figures.PER_PAGE, offset=(page - 1) * figures.PER_PAGE)
    return [figures.plate(entry) for entry in entries]


def families() -> list[dict[str, Any]]:
    """The newest exposure of each of the newest families, newest first, as the contact sheet shows them."""
    entries = {entry.id: entry for entry in live.hub().store.list(limit=8 * figures.PER_PAGE)}
    newest: dict[str, dict[str, Any]] = {}
    for entry in entries.values():
        first = entry
        while first.parent in entries:
            first = entries[first.parent]
        newest.setdefault(first.id, figures.plate(entry))
    return [*newest.values()][: figures.PER_PAGE]


def walk(exposure: str | None) -> None:
    """Go to the chain of the exposure that was chosen, if one was."""
    if exposure is not None:
        st.switch_page("views/chain.py", query_params={"exposure": exposure})


def comparable() -> dict[str, Any] | None:
    """What the page Program can lay beside training pictures; the exposure in the address is chosen."""
    return near.choice(st.query_params.get("exposure"))


def compare() -> None:
    """Have the address name the exposure that was chosen on the page Program."""
    exposure = st.session_state["world"].get("near")
    if exposure is not None:
        st.query_params["exposure"] = exposure


def look_near(exposure: str | None) -> None:
    """Go to the training pictures nearest to this exposure, if one was chosen."""
    if exposure is not None:
        st.switch_page("views/program.py", query_params={"exposure": exposure})


def ask(prompt: str | None) -> None:
    """Go to the chain with this prompt in its form, if there is one."""
    if prompt is not None:
        st.switch_page("views/chain.py", query_params={PROMPT: prompt})
