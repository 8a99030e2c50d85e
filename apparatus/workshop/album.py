"""The page of a workshop's pictures that lies beside them: one file, for any browser, without a network.

The fonts are in it; the pictures are the files in the folders next to it. Dark as a darkroom, light on paper.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from textwrap import dedent

from apparatus.essays import Language
from apparatus.takeaway.lettering import FONTS
from apparatus.workshop.taken import WORDS, Taken, clean, counted

FACES = (
    ("serif", "normal", "newsreader-latin"),
    ("serif", "italic", "newsreader-latin-italic"),
    ("mono", "normal", "ibm-plex-mono-latin"),
)
"""Family, style and file; what they lack is a browser's own."""

STYLE = dedent("""\
    :root { color-scheme: dark; --ground: #0e0d0c; --paper: #f2efe9; --dim: #b0aaa4; --edge: #3b3735;
      --person: #f2c46a; --field: #1c1a18; }
    @media print { :root { color-scheme: light; --ground: #fff; --paper: #111; --dim: #5d5853;
      --edge: #c4bfb9; --person: #7d5200; --field: #e4e1dd; } details, .record { display: none; } }
    * { box-sizing: border-box; }
    body { margin: 0; padding: 3rem clamp(1rem, 4vw, 4rem) 4rem; background: var(--ground);
      color: var(--paper); font: 1.05rem/1.4 serif-of-ours, Georgia, serif; }
    header { max-width: 46rem; margin: 0 0 3rem; }
    h1 { margin: 0 0 .5rem; font-size: 2rem; font-weight: 400; line-height: 1.15; text-wrap: balance; }
    header p { margin: .25rem 0; color: var(--dim); }
    .count, dt, .number, summary, .record { font: .78rem/1.4 mono-of-ours, ui-monospace, monospace; }
    main { display: grid; gap: 2.75rem 1.75rem;
      grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
    figure { margin: 0; min-width: 0; break-inside: avoid; }
    .seen { display: grid; place-items: center; aspect-ratio: 1; background: var(--field); color: var(--dim);
      font: .85rem mono-of-ours, ui-monospace, monospace; }
    .seen img { display: block; width: 100%; height: 100%; object-fit: contain; }
    figcaption { margin-top: .6rem; overflow-wrap: anywhere; }
    .prompt { margin: 0; font-size: 1.2rem; line-height: 1.25; color: var(--person); }
    .silent { font-style: italic; }
    .maker { display: flex; justify-content: space-between; gap: 1rem; margin: .2rem 0 0; color: var(--dim); }
    dl { margin: .7rem 0 0; padding-top: .5rem; border-top: 1px solid var(--edge); }
    dt { color: var(--dim); }
    dd { margin: 0 0 .5rem; white-space: pre-line; }
    details { margin-top: .5rem; }
    summary { color: var(--dim); cursor: pointer; padding: .3rem 0; }
    .steps { display: grid; grid-template-columns: repeat(5, 1fr); gap: 3px; }
    .steps img { width: 100%; display: block; aspect-ratio: 1; object-fit: contain;
      background: var(--field); }
    a { color: inherit; text-underline-offset: .2em; }
    a:focus-visible, summary:focus-visible { outline: 2px solid #ff6a5c; outline-offset: 3px; }
    @media print { body { padding: 0; font-size: .85rem; } .prompt { font-size: 1rem; }
      main { grid-template-columns: repeat(3, 1fr); gap: 1.25rem 1rem; } }
    """)


def album(about: str, language: Language, placed: Sequence[tuple[Taken, Sequence[str]]]) -> str:
    """The page: `about` is its title and, on further lines, what it says; each picture with its files.

    The files are named as the page finds them, "01-un-bateau/picture.png".
    """
    lines = [clean(line) for line in about.splitlines() if clean(line)] or ["apparatus"]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    shown = "\n".join(
        _figure(one, number, paths, language) for number, (one, paths) in enumerate(placed, start=1)
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(lines[0])}</title>\n<style>\n{_fonts()}{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{escape(lines[0])}</h1>\n{said}"
        f'<p class="count">{counted(len(placed), language)}</p>\n'
        f"</header>\n<main>\n{shown}\n</main>\n</body>\n</html>\n"
    )


def _figure(one: Taken, number: int, paths: Sequence[str], language: Language) -> str:
    words, prompt = WORDS[language], clean(one.prompt)
    told = "".join(
        f"<dt>{escape(words[key])}</dt><dd>{escape(text)}</dd>"
        for key, text in (("exercise", one.exercise), ("guess", one.guess), ("answer", one.answer))
        if text.strip()
    )
    return (
        f'<figure id="n{number}">\n{_seen(one, paths, language)}\n<figcaption>'
        f'<p class="prompt{"" if prompt else " silent"}">{escape(one.said(language))}</p>'
        f'<p class="maker"><span>{escape(clean(one.name))}</span><span class="number">{number}</span></p>'
        f"{f'<dl>{told}</dl>' if told else ''}{_steps(paths, language)}</figcaption>\n</figure>"
    )


def _seen(one: Taken, paths: Sequence[str], language: Language) -> str:
    """The picture; a field that says so, where there is none."""
    picture = next((path for path in paths if path.endswith("/picture.png")), None)
    if picture is None or one.seen() is None:
        return f'<div class="seen">{escape(WORDS[language]["missing"])}</div>'
    alt = escape(one.said(language), quote=True)
    return f'<a class="seen" href="{picture}"><img src="{picture}" alt="{alt}" loading="lazy"></a>'


def _steps(paths: Sequence[str], language: Language) -> str:
    """The pictures of the steps, behind a word, and the way to the record."""
    words = WORDS[language]
    steps = [path for path in paths if path.endswith(".webp")]
    record = next((path for path in paths if path.endswith("/record.json")), None)
    shown = "".join(f'<img src="{path}" alt="{at}" loading="lazy">' for at, path in enumerate(steps, start=1))
    behind = f'<div class="steps">{shown}</div>'
    behind += f'<p class="record"><a href="{record}">{escape(words["record"])}</a></p>' if record else ""
    return (
        f"<details><summary>{escape(words['steps'])}</summary>{behind}</details>" if steps or record else ""
    )


def _fonts() -> str:
    """The house's faces, in the page itself."""
    return "".join(
        f"@font-face {{ font-family: {family}-of-ours; font-style: {style}; src: "
        f"url(data:font/ttf;base64,{b64encode((FONTS / f'{file}.ttf').read_bytes()).decode()}); }}\n"
        for family, style, file in FACES
    )
