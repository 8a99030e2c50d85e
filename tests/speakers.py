"""Language models for tests: an untrained enhancer as obscura's, one that chats, one that only goes on."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from apparatus.training import enhancer, spelling

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def own(folder: Path) -> Path:
    """An untrained enhancer of obscura's kind, with its whole vocabulary, of one small layer."""
    words = spelling.tokenizer(enhancer.vocabulary_of_prompts(), enhancer.ENHANCE)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=spelling.LONGEST,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def stranger(folder: Path, chats: bool) -> Path:
    """Another's language model, which reads bytes; with a chat template or without one."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    marks = ["<|s|>", "<|end|>", "<|user|>", "<|assistant|>"]
    bpe = Tokenizer(models.BPE(vocab={one: n for n, one in enumerate([*marks, *alphabet])}, merges=[]))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    words = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=marks[0], eos_token=marks[1], additional_special_tokens=marks[2:]
    )
    words.chat_template = TEMPLATE if chats else None
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=2048, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
