"""A channel gives a picture its meaning: one as a press picture, an advertisement, a gallery's print.

    from apparatus import channels, reopen

    exposure = reopen("last")
    sheet = channels.compose(exposure, "artistic", "fr", "a4", {"title": "Sans titre"})
    Path("print.png").write_bytes(channels.png(sheet, exposure.record))
    Path("print.pdf").write_bytes(channels.pdf(sheet, exposure.record))

Source: the three channels are Vilém Flusser's (Pour une philosophie de la photographie, p. 71-72).
"""

from apparatus.channels.compose import compose as compose
from apparatus.channels.files import Kind as Kind
from apparatus.channels.files import file as file
from apparatus.channels.pdf import pdf as pdf
from apparatus.channels.png import png as png
from apparatus.channels.sheet import Sheet as Sheet
from apparatus.channels.template import CHANNELS as CHANNELS
from apparatus.channels.template import LONGEST as LONGEST
from apparatus.channels.template import OPEN as OPEN
from apparatus.channels.template import PAPERS as PAPERS
from apparatus.channels.template import Channel as Channel
from apparatus.channels.template import Paper as Paper
from apparatus.channels.template import template as template
