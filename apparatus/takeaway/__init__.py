"""What an artist takes home of an exposure: a contact sheet, a film, a script that makes it again.

    from apparatus import takeaway

    takeaway.sheet(exposure, "fr").save("planche.png")
    Path("planche.pdf").write_bytes(takeaway.sheet_pdf(exposure, "fr"))
    Path("film.gif").write_bytes(takeaway.animation(takeaway.frames(exposure), "gif"))
    way = takeaway.walk(one, other, lambda id: store.open(id).record)
    Path("again.py").write_text(takeaway.script(exposure), "utf-8")

All of it is made from the record: neither the model nor torch is needed.
"""

from apparatus.takeaway.film import animation as animation
from apparatus.takeaway.film import formats as formats
from apparatus.takeaway.film import frames as frames
from apparatus.takeaway.film import walk as walk
from apparatus.takeaway.script import script as script
from apparatus.takeaway.sheet import sheet as sheet
from apparatus.takeaway.sheet import sheet_pdf as sheet_pdf
