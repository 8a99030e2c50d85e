"""The page Channels: one picture as three sheets, and what can be read out of a picture from anywhere."""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app import live, sheets
from app.i18n import _, language
from app.refusals import refusal
from app.wording import plain
from apparatus import channels, essays, provenance, reading
from apparatus.channels import CHANNELS, LONGEST, OPEN, Channel, Paper
from apparatus.errors import ApparatusError
from apparatus.reading import Claim, Findings

logger = logging.getLogger(__name__)
MEGABYTES = reading.MOST_BYTES // 1_000_000
READING = "a-mirage-reconstituted"
"""The passage beside what is read out of pictures."""


def names() -> dict[Channel, tuple[str, str]]:
    """Each channel's name, and what it says of a picture."""
    return {
        "indicative": (_("Indicative"), _("“This is so.” The picture in the newspaper.")),
        "imperative": (_("Imperative"), _("“Do this.” The picture in an advertisement.")),
        "artistic": (_("Artistic"), _("“Look.” The picture on a gallery’s wall.")),
    }


def lines() -> dict[str, str]:
    """The lines of the sheets that anybody may write."""
    return {
        "caption": _("Caption"),
        "credit": _("Credit"),
        "slogan": _("Slogan"),
        "call": _("Call"),
        "title": _("Title"),
    }


def three(exposure: str | None) -> None:
    """The three sheets of an exposure beside each other; where there is none yet, a sentence."""
    if exposure is None:
        st.info(_("Nothing was exposed yet. The chain page makes the first picture."))
        return
    paper: Paper = st.segmented_control(
        _("Paper"), channels.PAPERS, default="a4", required=True, key="paper", format_func=str.upper
    )
    for channel, column in zip(CHANNELS, st.columns(3, gap="large"), strict=True):
        with column:
            try:
                _one(exposure, channel, paper)
            except ApparatusError as error:
                logger.warning("no sheet for the %s channel: %s", channel, error)
                st.error(refusal(error), icon=":material/block:")


def _one(exposure: str, channel: Channel, paper: Paper) -> None:
    """One sheet: what its channel says, the sheet, its texts to be written, its files, its passage."""
    name, said = names()[channel]
    st.header(name)
    st.caption(said)
    place = st.container()
    texts = {
        line: _field(channel, line) for line in OPEN[channel] if line in channels.template(channel).lines
    }
    asked = partial(sheets.sheet, exposure, channel, language=language(), texts=texts)
    place.image(asked(kind="png", paper="a4"), alt=f"{name}. {said}", width="stretch")
    with st.container(horizontal=True):
        for kind, label in (("png", "PNG"), ("pdf", f"PDF {paper.upper()}")):
            st.download_button(
                label,
                partial(asked, kind=kind, paper=paper if kind == "pdf" else "a4"),
                f"{exposure}-{channel}.{kind}" if kind == "png" else f"{exposure}-{channel}-{paper}.pdf",
                "image/png" if kind == "png" else "application/pdf",
                key=f"{channel}-{kind}",
                on_click="ignore",
            )
    passage(channels.template(channel).quote)


def _field(channel: Channel, line: str) -> str:
    """What somebody writes on a line; left empty, the template speaks."""
    written: str = st.text_input(
        lines()[line],
        key=f"{channel}-{line}",
        max_chars=LONGEST[line],
        placeholder=_("as the template has it"),
    )
    return written


def signing() -> None:
    """Whether the PNG files are signed, and what that is worth."""
    if fault := provenance.fault():
        logger.warning("nothing is signed: %s", fault)
    st.caption(
        _(
            "The PNG files are signed (Content Credentials): by a key of this machine, or one it was given. "
            "The PDF files say the same of themselves, unsigned."
        )
        if not fault
        else _("The files are not signed: the key of this machine cannot be made, read or used.")
        if provenance.available()
        else _("The files are not signed: Content Credentials need an extra that is not installed here.")
    )


def passage(id: str) -> None:
    """A passage of the essays, word for word; nothing where there is none of that name."""
    quote = next((quote for quote in essays.quotes() if quote.id == id), None)
    if quote is None:
        return
    translated = "" if language() == "fr" else f"<p>{escape(quote.translation)}</p>"
    cited = "<br>".join(escape(each) for each in (quote.reference, quote.quoting, quote.through) if each)
    st.html(
        f'<figure class="passage"><blockquote lang="fr">«\u00a0{escape(quote.text)}\u00a0»</blockquote>'
        f"{translated}<figcaption>{cited}</figcaption></figure>"
    )


def found(upload: UploadedFile | None) -> None:
    """What can be read out of a picture that somebody dropped here, what was checked first."""
    if upload is None:
        return
    try:
        findings = reading.read(upload.getvalue(), upload.name, live.hub().store)
    except ApparatusError as error:
        st.error(refusal(error), icon=":material/block:")
        return
    facts = [
        (_("Format"), findings.format),
        (_("Size"), f"{plain(findings.width)} × {plain(findings.height)} px"),
        (_("Weight"), _("{n} bytes").format(n=plain(findings.bytes))),
        (_("Fingerprint (SHA-256)"), findings.sha256),
    ]
    said = [_table(facts), _heading(_("Checked")), *_checked(findings)]
    if findings.claims:
        said.append(_heading(_("Claimed: anybody can write this into a file")))
    else:
        said.append(_paragraph(_("The file says nothing of itself: it may have been taken out.")))
    said += [_claimed(claim) for claim in findings.claims]
    st.html(f'<div class="findings">{"".join(said)}</div>')


def _claimed(claim: Claim) -> str:
    """One claim, under who writes so."""
    title = claims()[claim.kind]
    if claim.cut:
        title = f"{title} " + _("(the beginning)")
    return _heading(title, 4) + _table(claim.said.items())


def _heading(text: str, level: int = 3) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _checked(findings: Findings) -> Iterator[str]:
    """What could be checked, a sentence each."""
    checked = findings.credentials
    sentences = [credentials()[checked.state], kept()[findings.kept].format(id=findings.exposure)]
    sentences += [odds()[odd] for odd in findings.at_odds]
    yield from map(_paragraph, sentences)
    told = [
        (_("Address"), checked.address),
        (_("Signer, by its own certificate"), checked.signer),
        (_("Signed"), checked.signed),
        (_("Made by"), checked.generator),
        (_("Source type"), checked.source_type),
        (_("Actions"), ", ".join(checked.actions)),
        (_("What does not hold"), ", ".join(checked.faults)),
    ]
    yield _table((name, text) for name, text in told if text)


def _table(rows: Any) -> str:
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return f"<dl>{told}</dl>"


def claims() -> Mapping[str, str]:
    """Who writes so, by the kind of claim."""
    return {
        "parameters": _("Settings, as AUTOMATIC1111’s tool writes them"),
        "apparatus": _("An exposure of an apparatus"),
        "comfyui": _("A graph of ComfyUI"),
        "invokeai": _("Settings of InvokeAI"),
        "xmp": "XMP",
        "exif": "EXIF",
        "text": _("Other texts"),
    }


def credentials() -> Mapping[str, str]:
    """What Content Credentials prove, by their state."""
    return {
        "none": _("No Content Credentials: nothing in the file is signed."),
        "elsewhere": _(
            "No Content Credentials in the file: it says that they lie at an address. Nothing is fetched "
            "from there, so nothing is proven."
        ),
        "unchecked": _("There are Content Credentials, and what would check them is not installed here."),
        "own": _("Signed with the key of this machine, and unchanged since."),
        "valid": _(
            "Unchanged since it was signed, by a key nobody here vouches for: who holds it is not proven."
        ),
        "broken": _(
            "The signature does not hold: the file was changed after it was signed, or badly signed."
        ),
    }


def kept() -> Mapping[str, str]:
    """Whether it is an exposure's picture here."""
    return {
        "same": _("It is the picture of the exposure {id}, byte for byte but for a signature."),
        "other": _(
            "It names the exposure {id}, which is here with another file: it was composed, or changed."
        ),
        "unknown": _("It is no exposure’s picture that is kept here."),
    }


def odds() -> Mapping[str, str]:
    """Where a file contradicts itself."""
    return {
        "size": _("Its settings speak of another size than it has."),
        "camera": _("It names a camera, and says that a machine computed it."),
    }
