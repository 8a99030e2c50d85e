"""What a language model says when it will not rewrite a prompt, in place of a prompt.

    refuses("a boat on the sea", "I'm sorry, but I can't help with that.")        # True
    refuses("a boat on the sea", "A sorry little boat on the sea")                # False

A text is a refusal where it opens as one and has no word of the prompt, save small ones, in it.
"""

import re

from apparatus.alignment import plain, told_apart

SMALL = frozenset(
    "a an the and or but of in on at to for with by as is are be it its this that i me my you your not no "
    "can un une le la les l' d' de du des et ou mais au aux en dans sur avec pour par comme est sont ce cet "
    "cette c' s' n' m' t' j' qu' que qui je moi mon ma tu te toi vous votre il elle se ne pas".split()
)
"""Words of a prompt that stand in many a text, without accents."""

WILLING = (
    "answer|assist|comply|complete|continue|create|depict|describe|discuss|do|engage|fulfill?|generate|help|make|"
    "produce|provide|rewrite|support|write|acceder|aider|continuer|creer|decrire|donner|ecrire|faire|fournir|"
    "generer|produire|proposer|realiser|reecrire|repondre|representer|satisfaire|traiter"
)
"""What it says that it cannot do, or will not."""

OPENINGS = (
    r"(?:i'm|i am|we're|we are) (?:\w+ )?sorry(?:$| (?:but|i|we|it|this|that|your|for|to|about))",
    r"sorry (?:but )?(?:i|we)",
    r"(?:i|we) apologi[sz]e (?:but|for)",
    r"my apologies (?:but )?i",
    r"(?:unfortunately|i'm afraid|i am afraid) (?:i|we)",
    rf"(?:i|we) (?:can't|cannot|can not|couldn't|could not|won't|will not) (?:\w+ )?(?:{WILLING})",
    r"(?:i'm|i am) (?:unable|not able|not allowed|not comfortable)",
    r"i (?:must|have to|need to) (?:\w+ )?(?:decline|refuse)",
    r"as an? (?:\w+ )?(?:language model|ai (?:language )?(?:model|assistant|i))",
    r"je suis (?:\w+ )?(?:desole|navre)e?(?:$| (?:mais|je|ce|cette|cela|votre|de|pour))",
    r"(?:desolee?|navree?|malheureusement|helas) (?:mais )?je",
    r"je (?:m'excuse|regrette) (?:mais|de)",
    rf"je ne (?:peux|puis|pourrai|saurais) (?:\w+ )?(?:pas )?(?:vous |te |y )?(?:t')?(?:{WILLING})",
    rf"je (?:refuse de|prefere ne pas) (?:vous |te |y )?(?:t')?(?:{WILLING})",
    r"je ne suis pas (?:en mesure|capable|autorisee?)",
    r"je (?:dois|prefere) (?:decliner|refuser)",
    r"il m'est (?:impossible|interdit)",
    r"en tant qu(?:'ia|'intelligence artificielle|'assistante? (?:ia|virtuel)|e modele (?:de langage|d'ia))",
)
"""How it begins to say so: in lower case, without signs and without accents."""

_OPENING = re.compile(rf"(?:{'|'.join(OPENINGS)})\b")
_WORD = re.compile(r"\w+(?:'\w+)*")


def refuses(prompt: str, text: str) -> bool:
    """Whether a text that was to be a prompt is a refusal."""
    if not _OPENING.match(" ".join(_WORD.findall(plain(text[:200])))):
        return False
    kept = (word for word in told_apart(prompt, text).words if word.word and word.whose != "added")
    return all(plain(word.text) in SMALL for word in kept)
