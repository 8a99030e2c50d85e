"""One exposure's sheets, made once each: one at a time, and only the latest are remembered."""

from collections.abc import Mapping
from functools import lru_cache
from threading import Lock

from app import live
from apparatus import channels, provenance
from apparatus.channels import Channel, Kind, Paper
from apparatus.essays import Language
from apparatus.record import Exposure
from apparatus.store import Store

REMEMBERED = 24
_making = Lock()


def newest() -> str | None:
    """The newest exposure that has a picture; of the latest few, none may."""
    entries = live.hub().store.list(limit=48)
    return next((entry.id for entry in entries if entry.state == "finished"), None)


def sheet(
    exposure: str, channel: Channel, kind: Kind, language: Language, paper: Paper, texts: Mapping[str, str]
) -> bytes:
    """A sheet's file, as it was made before or made now.

    Raises:
        What `channels.file` raises.
    """
    store = live.hub().store
    record, template = store.path(exposure) / "record.json", channels.template(channel)
    written = record.stat().st_mtime_ns
    key = (store.folder.as_posix(), exposure, written, template.model_dump_json(), provenance.fault())
    with _making:
        return _made(key, channel, kind, language, paper, tuple(sorted(texts.items())))


@lru_cache(maxsize=REMEMBERED)
def _made(
    key: tuple[str, str, int, str, str],
    channel: Channel,
    kind: Kind,
    language: Language,
    paper: Paper,
    texts: tuple[tuple[str, str], ...],
) -> bytes:
    folder, exposure, *_ = key
    opened = Exposure.open(Store(folder).path(exposure))
    return channels.file(opened, channel, kind, language, paper, dict(texts))
