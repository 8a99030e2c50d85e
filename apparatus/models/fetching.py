"""Fetch a model from the hub: because somebody asked, at one commit, and only the files that loading reads.

offered = offer("sd-turbo")      # what would come, how large it is, on which terms; nothing is fetched yet
folder = fetch(offered)          # what was broken off goes on

Where the connection breaks, a file goes on from where it was; where the process ends, the files that came
whole are kept, and the others begin anew. Source: huggingface_hub 2.4.0, `HfApi.model_info`,
`HfApi.auth_check`, `snapshot_download`, and `http_get` for how it goes on.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apparatus.errors import (
    ApparatusError,
    FetchingIsOff,
    Gated,
    HubUnreachable,
    ModelNotFound,
    NoRoom,
    NotAModel,
    NotOnHub,
)
from apparatus.models import files
from apparatus.models.catalogue import Entry, cache_folder, catalogue, look_up

STALE = 3600
"""After how many seconds without a byte a file that is not whole is taken for a dead download's."""


@dataclass(frozen=True)
class Offer:
    """What the hub has of a model, before any of it is fetched.

    `files` are those that loading reads, each with its bytes; `missing` are the bytes not here yet.
    """

    entry: Entry
    revision: str
    files: dict[str, int]
    missing: int

    @property
    def bytes(self) -> int:
        """Of all the files, whether here or not."""
        return sum(self.files.values())


def offer(name: str) -> Offer:
    """What there is to be fetched under a name in the catalogue, or a repository's.

    Raises:
        ModelNotFound: it is no name in the catalogue, and no repository's either.
        NotOnHub: the hub has no such repository, or no such commit of it, or nothing in it that can be
            loaded (no pipeline, pickles only, no part that reads text); or it comes with the package.
        Gated: the hub wants to know who asks, and there is no token, or one without access.
        NoRoom: the disk is too full.
        FetchingIsOff, HubUnreachable: the hub cannot be asked.
    """
    entry = _asked(name)
    with _refusals(entry.repository):
        from huggingface_hub import HfApi, get_token

        hub = HfApi()
        info = hub.model_info(entry.repository, revision=entry.revision or None, files_metadata=True)
        if info.gated:
            if get_token() is None:
                raise Gated(entry.repository, _page(entry.repository), token=False)
            hub.auth_check(entry.repository)
        there = {file.rfilename: file.size or 0 for file in info.siblings or []}
        revision = str(info.sha)
        index = _index(entry.repository, revision, there)
    entry = replace(_with_card(entry, info.card_data), pipeline=index["_class_name"])
    wanted = {name: there[name] for name in files.loaded(index, there)}
    here = snapshot(entry.repository, revision)
    missing = sum(size for name, size in wanted.items() if not (here / name).is_file())
    _make_sure_of_room(missing)
    return Offer(entry, revision, wanted, missing)


def fetch(offered: Offer) -> Path:
    """Fetch what was offered; the folder it then lies in.

    Raises:
        Gated, NotOnHub, NoRoom, FetchingIsOff, HubUnreachable: it could not be; what has come is kept.
    """
    repository = offered.entry.repository
    folder = snapshot(repository, offered.revision)
    for left in folder.parent.parent.glob("blobs/*.incomplete"):
        if time.time() - left.stat().st_mtime > STALE:
            left.unlink(missing_ok=True)
    with _refusals(repository):
        from huggingface_hub import snapshot_download

        snapshot_download(
            repository,
            revision=offered.revision,
            allow_patterns=list(offered.files),
            cache_dir=cache_folder(),
        )
    return folder


def snapshot(repository: str, revision: str) -> Path:
    """Where one commit of a repository lies in the hub's cache, once it is there."""
    return cache_folder() / f"models--{repository.replace('/', '--')}" / "snapshots" / revision


def _asked(name: str) -> Entry:
    entry = look_up(name)
    if entry is None and re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return Entry(name, repository=name)
    if entry is None:
        raise ModelNotFound(name, [known.id for known in catalogue()])
    if not entry.repository:
        raise NotOnHub(name, "it is on this machine, and on no hub that is known here")
    return entry


def _index(repository: str, revision: str, there: dict[str, int]) -> dict[str, Any]:
    """The repository's model_index.json, read without leaving anything in the cache.

    Raises:
        NotOnHub: there is none, or it names no pipeline that can be loaded.
    """
    from huggingface_hub import hf_hub_download

    if "model_index.json" not in there:
        raise NotOnHub(repository, "it has no model_index.json that names a diffusers pipeline")
    with TemporaryDirectory() as folder:
        file = hf_hub_download(repository, "model_index.json", revision=revision, local_dir=folder)
        said = Path(file).read_text("utf-8")
    try:
        index = json.loads(said)
    except ValueError:
        index = None
    if not isinstance(index, dict) or not isinstance(index.get("_class_name"), str):
        raise NotOnHub(repository, "its model_index.json is broken: it names no diffusers pipeline")
    try:
        files.check(repository, index, there)
    except NotAModel as error:
        raise NotOnHub(repository, f"what is there cannot be loaded ({error.why})") from error
    return index


def _with_card(entry: Entry, card: Any) -> Entry:
    """The entry with the licence that its card on the hub names, where the catalogue has none."""
    if entry.licence:
        return entry
    said = card.to_dict() if card is not None else {}
    licence = said.get("license_name") or said.get("license") or "its card names none"
    link = said.get("license_link") or _page(entry.repository)
    return replace(entry, licence=str(licence), licence_link=str(link))


def _page(repository: str) -> str:
    from huggingface_hub.constants import ENDPOINT

    return f"{ENDPOINT}/{repository}"


def _make_sure_of_room(needed: int) -> None:
    """Refuse what the disk of the cache has no room for.

    Raises:
        NoRoom: it has less than `needed` bytes.
    """
    folder = cache_folder()
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise NoRoom(folder, needed, free)


@contextmanager
def _refusals(repository: str) -> Iterator[None]:
    """What the hub refuses, and what the network fails to do, in our own words."""
    from huggingface_hub import errors, get_token

    try:
        yield
    except ApparatusError:
        raise
    except errors.OfflineModeIsEnabled as error:
        raise FetchingIsOff(repository) from error
    except errors.GatedRepoError as error:
        raise Gated(repository, _page(repository), token=get_token() is not None) from error
    except errors.RepositoryNotFoundError as error:
        why = "the hub has no such repository, or shows it only to those it belongs to"
        raise NotOnHub(repository, why) from error
    except errors.RevisionNotFoundError as error:
        raise NotOnHub(repository, "the hub has the repository, but not that commit of it") from error
    except Exception as error:  # a network fails in as many ways as it has layers
        raise HubUnreachable(repository, str(error) or type(error).__name__) from error
