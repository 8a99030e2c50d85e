"""Who is in a workshop: a name that was chosen or drawn, and a secret by which a device is known again."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from apparatus.essays import Language
from apparatus.workshop.rules import fold

LONGEST_NAME = 32
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What leaves nothing to be seen: Unicode's "default ignorable" letters, and the empty Braille sign."""
ANIMALS: dict[Language, tuple[str, ...]] = {
    "fr": tuple(
        "abeille alouette âne belette bison blaireau brochet buse canard carpe castor cerf chamois chevêche "
        "chouette cigale cigogne colombe corbeau coucou crabe cygne daim dauphin écureuil élan escargot "
        "étourneau faisan faucon fourmi furet geai goéland grenouille grillon grue hanneton hareng hérisson "
        "hermine héron hibou hirondelle homard huître ibis lapin lézard libellule lièvre loir loriot loup "
        "loutre lynx marmotte martre merle mésange morse mouette mulot murène narval oie otarie ours perdrix "
        "phoque pie pinson pivert poulpe puffin putois renard sanglier sardine saumon sittelle taupe tortue "
        "triton truite vautour".split()
    ),
    "en": tuple(
        "ant badger bat beaver bee beetle bison blackbird bullfinch buzzard carp chamois cicada cod "
        "crab crane crow cuckoo curlew deer dolphin dormouse dove dragonfly duck eagle eel elk falcon "
        "ferret finch fox frog gannet gecko goose grouse gull hare hawk hedgehog heron herring hornet "
        "ibis jackdaw jay kestrel kingfisher lark linnet lizard lobster lynx magpie marmot marten "
        "mole moth mouse mussel newt nightingale octopus osprey otter owl oyster partridge pheasant "
        "pike plover porpoise puffin quail rabbit raven robin salmon seal shrew skylark snail sparrow "
        "squirrel starling stoat stork swallow swan swift tern toad trout turtle viper vole walrus "
        "weasel wolf wren".split()
    ),
}


@dataclass(frozen=True)
class Person:
    """One who joined. `served` is the turn in which they were served last, or in which they came."""

    id: str
    name: str
    language: Language
    joined: float
    served: int


def named(wish: str, taken: set[str], language: Language) -> str:
    """The name that was wished for, in one line and not too long; an animal's where none was.

    Where somebody has that name, or one that looks like it, a number is added, so that two are never one on
    the wall.
    """
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in UNSEEN.sub("", wish))
    name = " ".join(unicodedata.normalize("NFC", visible).split())[:LONGEST_NAME].strip()
    if not any(c.isalnum() for c in name):
        name = _animal(taken, language)
    alike = {fold(one) for one in taken}
    number, one = 1, name
    while fold(one) in alike:
        number += 1
        one = f"{name} {number}"
    return one


def _animal(taken: set[str], language: Language) -> str:
    """One that nobody is yet, if there is any."""
    animals = ANIMALS[language]
    return secrets.choice([animal for animal in animals if animal not in taken] or animals)


def secret() -> str:
    """What a device keeps to be known again."""
    return secrets.token_urlsafe(24)


def kept(secret: str) -> str:
    """What the workshop keeps of a secret: enough to know it again, not to tell it."""
    return sha256(secret.encode()).hexdigest()
