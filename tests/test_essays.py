"""The essays: verbatim, in both languages, enough for every stage, well set."""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from pydantic import ValidationError

from apparatus import essays
from apparatus.record import STAGES

ROOT = Path(__file__).resolve().parents[1]
CHECKER = ROOT.parent / "shared" / "checks" / "quotes_verbatim.py"
QUOTES = ROOT / "apparatus" / "essays" / "quotes.toml"
NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
SLIPS = {
    "a straight apostrophe": r"'",
    "a straight quotation mark": r'"',
    "no narrow space before ; ! or ?": rf"(?<!{NARROW})[;!?]",
    "no no-break space before a colon": rf"(?<![{WIDE}\d]):(?!\d)",
    "no no-break space after «": rf"«(?!{WIDE})",
    "no no-break space before »": rf"(?<!{WIDE})»",
    "two spaces": r"\s{2}",
    "a space before a comma or a full stop": r"\s[,.](?!\.)",
    "a space at an end": r"^\s|\s$",
    "a word cut at a line's end": r"\w-\s",
}
Entry = essays.Term | essays.StageText
QUOTE_IDS = [quote.id for quote in essays.quotes()]
TERM_IDS = [term.id for term in essays.glossary()]


def french() -> dict[str, str]:
    """Every French string of the three files, by where it stands."""
    of_quotes = {
        f"{quote.id} {field}": value
        for quote in essays.quotes()
        for field in ("text", "author", "work", "edition", "through", "quoting")
        if (value := getattr(quote, field))
    }
    entries: list[Entry] = [*essays.glossary(), *essays.stages().values()]
    return of_quotes | {f"{e.id} {name}": value for e in entries for name, value in e.fr.model_dump().items()}


def english() -> dict[str, str]:
    """Every English string of the three files, by where it stands."""
    entries: list[Entry] = [*essays.glossary(), *essays.stages().values()]
    translations = {quote.id: quote.translation for quote in essays.quotes()}
    return translations | {
        f"{e.id} {name}": value for e in entries for name, value in e.en.model_dump().items()
    }


def marks(text: str) -> list[str]:
    """Its square brackets, cuts and insertions alike, without the words in them."""
    return ["cut" if mark == "[...]" else "insertion" for mark in re.findall(r"\[[^\]]*\]", text)]


@pytest.mark.skipif(not CHECKER.exists(), reason="the essays' full text is not beside this repository")
def test_every_quotation_stands_word_for_word_in_its_essay() -> None:
    checked = subprocess.run([sys.executable, CHECKER, QUOTES], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_there_are_enough_quotations_from_both_essays() -> None:
    sources = [quote.source for quote in essays.quotes()]
    assert len(sources) >= 48
    assert len(set(sources)) == 2
    assert all(sources.count(source) >= 20 for source in set(sources))


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_quotations_of_its_own(stage: str) -> None:
    own = [quote for quote in essays.quotes() if quote.stages[0] == stage]
    assert len(own) >= 4
    assert sum(quote.short for quote in own) >= 2, "too few fit a kiosk's screen"
    assert any(not quote.short for quote in own)
    assert len({quote.source for quote in essays.quotes(stage)}) == 2, "only one essay speaks"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_gets_first_the_quotations_that_fit_it_best(stage: str) -> None:
    ranks = [quote.stages.index(stage) for quote in essays.quotes(stage)]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0


def test_a_moment_of_a_stage_gets_first_what_was_chosen_for_it() -> None:
    assert essays.quotes("enhance", "off")[0].state == "off"
    assert essays.quotes("enhance")[0].state is None
    assert set(essays.quotes("enhance", "off")) == set(essays.quotes("enhance"))


def test_ids_are_unique_and_in_kebab_case() -> None:
    for ids in (QUOTE_IDS, TERM_IDS):
        assert len(ids) == len(set(ids))
        assert [id for id in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)] == []


def test_stages_named_anywhere_are_stages() -> None:
    named = {quote.id: quote.stages for quote in essays.quotes()}
    named |= {term.id: term.stages for term in essays.glossary()}
    for id, stages in named.items():
        assert stages, id
        assert set(stages) <= set(STAGES), id
        assert len(stages) == len(set(stages)), id


def test_no_passage_stands_twice() -> None:
    letters = [re.sub(r"\W", "", quote.text).casefold() for quote in essays.quotes()]
    assert [text for n, text in enumerate(letters) if any(text in other for other in letters[:n])] == []


@pytest.mark.parametrize("quote", essays.quotes(), ids=QUOTE_IDS)
def test_a_translation_is_a_translation_of_all_that_is_quoted(quote: essays.Quote) -> None:
    assert quote.translation.casefold() != quote.text.casefold()
    assert 0.6 < len(quote.translation) / len(quote.text) < 1.5
    assert marks(quote.translation) == marks(quote.text), "cuts and insertions differ"
    assert set(re.findall(r"\d+", quote.translation)) == set(re.findall(r"\d+", quote.text))


def test_whoever_is_quoted_through_an_essay_is_named_with_work_and_through_whom() -> None:
    writers = {"Félix Jely", "Andreas Pfeiffer et Jean Lassègue"}
    for quote in essays.quotes():
        assert (quote.author in writers) == (quote.through is None), quote.id
        assert quote.through is None or any(quote.through.startswith(name) for name in writers), quote.id
        if quote.author == "Vilém Flusser":
            assert quote.page, quote.id
            assert quote.edition, quote.id


def test_a_reference_gives_author_work_and_page() -> None:
    (quote,) = [quote for quote in essays.quotes() if quote.id == "illiterates-of-technical-images"]
    assert quote.reference == (
        "Vilém Flusser, Pour une philosophie de la photographie, "
        f"trad. J. Mouchard, Circé, Beauval, 1996, p.{WIDE}20"
    )


def test_the_stages_stand_in_the_chains_order_in_both_languages() -> None:
    assert tuple(essays.stages()) == STAGES
    for stage in essays.stages().values():
        assert stage.wording("fr").plain.endswith(".")
        assert stage.wording("en").plain.endswith(".")
        assert stage.fr.plain != stage.en.plain


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_terms(stage: str) -> None:
    assert len(essays.glossary(stage)) >= 4


@pytest.mark.parametrize("term", essays.glossary(), ids=TERM_IDS)
def test_a_term_is_defined_in_both_languages_in_one_to_three_sentences(term: essays.Term) -> None:
    assert term.wording("fr").definition != term.wording("en").definition
    for wording in (term.en, term.fr):
        assert wording.plain
        assert wording.term
        assert wording.definition.endswith((".", "?"))
        assert 1 <= len(re.findall(r"[.?!](?:\s|$)", wording.definition)) <= 3


def test_the_glossary_holds_the_first_essays_lexicon() -> None:
    lexicon = {
        "machine-learning",
        "deep-learning",
        "generative-ai",
        "prompt",
        "llm",
        "diffusion-model",
        "text-encoder",
        "vision-encoder",
        "gpu",
    }
    assert lexicon <= set(TERM_IDS)
    assert len(TERM_IDS) >= 40


@pytest.mark.parametrize("slip", SLIPS)
def test_the_french_is_well_set(slip: str) -> None:
    assert [where for where, text in french().items() if re.search(SLIPS[slip], text)] == []


def test_the_english_has_no_french_spacing_and_no_straight_quotation_marks() -> None:
    assert [where for where, text in english().items() if re.search(r"['\"«»]|\s[;:!?]|\s{2}", text)] == []


def test_everything_is_composed_unicode() -> None:
    strings = {**french(), **english()}
    assert [where for where, text in strings.items() if unicodedata.normalize("NFC", text) != text] == []


def test_what_is_read_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        setattr(essays.quotes()[0], "text", "something else")  # noqa: B010 (a plain assignment does not type-check)


def test_the_loader_needs_no_torch() -> None:
    script = "import sys; from apparatus import essays; essays.quotes(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
