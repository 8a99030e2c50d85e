"""The captions of the training pictures as the text tower reads them."""

from jaxtyping import Int
from torch import Tensor
from transformers import CLIPTokenizer

from apparatus.world.captions import SAYINGS, texts


def said(words: CLIPTokenizer, count: int) -> Int[Tensor, "count sayings positions"]:
    """Token ids of the captions of pictures 0 to `count`."""
    captions = [text for n in range(count) for text in texts(n)]
    ids = words(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids.view(count, SAYINGS, -1).short()
