"""What tiny pipelines are made of: tokenizers made in memory, random text encoders and autoencoders."""

import string
from collections.abc import Callable
from typing import Any

import diffusers
import torch
from diffusers import AutoencoderKL
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTextConfig,
    CLIPTokenizer,
    Gemma2Config,
    Gemma2Model,
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3Config,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
    UMT5Config,
    UMT5EncoderModel,
)

WORDS = ("a", "the", "red", "blue", "cat", "dog", "boat", "sea", "on", "night")
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}
WITHOUT_OFFSET = {name: value for name, value in BETAS.items() if name != "steps_offset"}
SCHEDULERS: dict[str, Callable[[], Any]] = {
    "DDIM": lambda: diffusers.DDIMScheduler(clip_sample=False, set_alpha_to_one=False, **BETAS),
    "DDIM v": lambda: diffusers.DDIMScheduler(
        clip_sample=False, prediction_type="v_prediction", rescale_betas_zero_snr=True,
        timestep_spacing="trailing", **BETAS,
    ),
    "DDPM": lambda: diffusers.DDPMScheduler(clip_sample=False, **BETAS),
    "Euler": lambda: diffusers.EulerDiscreteScheduler(**BETAS),
    "Euler ancestral": lambda: diffusers.EulerAncestralDiscreteScheduler(**BETAS),
    "Heun": lambda: diffusers.HeunDiscreteScheduler(**BETAS),
    "DPM++ 2M": lambda: diffusers.DPMSolverMultistepScheduler(**BETAS),
    "DPM++ 2M karras": lambda: diffusers.DPMSolverMultistepScheduler(use_karras_sigmas=True, **BETAS),
    "DPM++ 2M SDE": lambda: diffusers.DPMSolverMultistepScheduler(algorithm_type="sde-dpmsolver++", **BETAS),
    "UniPC": lambda: diffusers.UniPCMultistepScheduler(**BETAS),
    "PNDM": lambda: diffusers.PNDMScheduler(skip_prk_steps=True, **BETAS),
    "LCM": lambda: diffusers.LCMScheduler(**BETAS),
    "TCD": lambda: diffusers.TCDScheduler(**BETAS),
    "DDIM parallel": lambda: diffusers.DDIMParallelScheduler(clip_sample=False, **BETAS),
    "KDPM2": lambda: diffusers.KDPM2DiscreteScheduler(**BETAS),
    "KDPM2 ancestral": lambda: diffusers.KDPM2AncestralDiscreteScheduler(**BETAS),
    "DPM++ 3M": lambda: diffusers.DPMSolverMultistepScheduler(solver_order=3, **BETAS),
    "DPM++ singlestep": lambda: diffusers.DPMSolverSinglestepScheduler(**WITHOUT_OFFSET),
    "DEIS": lambda: diffusers.DEISMultistepScheduler(**BETAS),
    "SA": lambda: diffusers.SASolverScheduler(**BETAS),
    "IPNDM": lambda: diffusers.IPNDMScheduler(),
    "EDM Euler": lambda: diffusers.EDMEulerScheduler(),
    "EDM DPM++": lambda: diffusers.EDMDPMSolverMultistepScheduler(),
    "consistency": lambda: diffusers.CMStochasticIterativeScheduler(),
}  # fmt: skip


def seeded(make: Callable[[], Any]) -> Any:
    """What `make` makes, with the same random weights every time."""
    state = torch.get_rng_state()
    torch.manual_seed(0)
    made = make().eval()
    torch.set_rng_state(state)
    return made


def looking(seed: int = 0) -> tuple[CLIPModel, CLIPImageProcessor]:
    """One that looks at pictures of 64×64 and never learnt anything, and what prepares them for it."""
    vision = {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 64,
        "patch_size": 16,
    }
    text = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=256)).eval()
    torch.set_rng_state(state)
    size = {"height": 64, "width": 64}
    return model, CLIPImageProcessor(
        size=size, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )


def alphabet() -> list[str]:
    """The 256 characters that stand for bytes."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(code) for code in shown] + [chr(256 + place) for place in range(256 - len(shown))]


def clip_tokenizer() -> CLIPTokenizer:
    """Byte-level, with a token for each of WORDS."""
    letters = alphabet()
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            pair = (parts[0], parts[1])
            merges += [pair] * (pair not in merges)
            parts[:2] = ["".join(pair)]
    entries = [*letters, *(letter + "</w>" for letter in letters), *dict.fromkeys(map("".join, merges))]
    vocabulary = {entry: place for place, entry in enumerate([*entries, "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def t5_tokenizer() -> T5Tokenizer:
    entries = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    entries += [(letter, -3.0) for letter in string.ascii_letters + string.digits + ",.!?'-"]
    entries += [("▁" + word, -1.0) for word in WORDS]
    return T5Tokenizer(vocab=entries, extra_ids=0, model_max_length=512)


def bert_tokenizer() -> BertTokenizer:
    letters = string.ascii_lowercase + string.digits + ",.!?'-"
    entries = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *WORDS,
        *letters,
        *("##" + each for each in letters),
    ]
    return BertTokenizer(vocab={entry: place for place, entry in enumerate(dict.fromkeys(entries))})


CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for c in m['content'] %}{{ c['text'] }}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def chat_tokenizer(side: str = "right") -> PreTrainedTokenizerFast:
    """A token a byte, with a template for chats: as Qwen and Mistral have one."""
    bpe = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(alphabet())}, merges=[]))
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, pad_token="<|endoftext|>", eos_token="<|im_end|>", model_max_length=2048,
        extra_special_tokens=["<|im_start|>"], padding_side=side,
    )  # fmt: skip
    made.chat_template = CHAT
    return made


def gemma_tokenizer() -> PreTrainedTokenizerFast:
    """A token a byte, and a mark before the text."""
    bpe = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(alphabet())}, merges=[]))
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    bpe.add_special_tokens(["<pad>", "<eos>", "<bos>"])
    begin = bpe.token_to_id("<bos>")
    bpe.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", begin)])
    marks = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>"}
    return PreTrainedTokenizerFast(tokenizer_object=bpe, model_max_length=4096, **marks)


def clip(kind: type, tokenizer: CLIPTokenizer) -> Any:
    config = CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=3, projection_dim=32,
        vocab_size=len(tokenizer), bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    return seeded(lambda: kind(config))


def t5(width: int = 32) -> T5EncoderModel:
    config = T5Config(vocab_size=128, d_model=width, d_kv=8, d_ff=37, num_layers=3, num_heads=4)
    return seeded(lambda: T5EncoderModel(config))


def umt5() -> UMT5EncoderModel:
    config = UMT5Config(vocab_size=128, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4)
    return seeded(lambda: UMT5EncoderModel(config))


def bert(vocabulary: int) -> BertModel:
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=37,
    )
    return seeded(lambda: BertModel(config))


def gemma(layers: int = 2) -> Gemma2Model:
    config = Gemma2Config(
        vocab_size=300, hidden_size=8, intermediate_size=16, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, head_dim=16,
    )  # fmt: skip
    return seeded(lambda: Gemma2Model(config))


def qwen3(kind: type, layers: int = 3) -> Any:
    config = Qwen3Config(
        vocab_size=300, hidden_size=16, intermediate_size=16, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=2048,
    )  # fmt: skip
    return seeded(lambda: kind(config))


def qwen2_5_vl() -> Qwen2_5_VLForConditionalGeneration:
    text = {
        "vocab_size": 300, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 3,
        "num_attention_heads": 2, "num_key_value_heads": 2, "rope_theta": 1e6,
        "rope_scaling": {"mrope_section": [1, 1, 2], "rope_type": "default", "type": "default"},
    }  # fmt: skip
    vision = {"depth": 2, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16}
    marks = {"vision_end_token_id": 299, "vision_start_token_id": 298, "vision_token_id": 297}
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **marks)
    return seeded(lambda: Qwen2_5_VLForConditionalGeneration(config))


def mistral3(layers: int) -> Mistral3ForConditionalGeneration:
    text = {
        "model_type": "mistral", "vocab_size": 300, "hidden_size": 16, "intermediate_size": 16,
        "num_hidden_layers": layers, "num_attention_heads": 4, "num_key_value_heads": 2,
        "sliding_window": None, "max_position_embeddings": 4096, "bos_token_id": None, "eos_token_id": 256,
        "pad_token_id": 257,
    }  # fmt: skip
    vision = {
        "model_type": "pixtral", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4,
        "intermediate_size": 16, "image_size": 30, "patch_size": 6, "num_channels": 3,
    }  # fmt: skip
    config = Mistral3Config(text_config=text, vision_config=vision, image_token_index=299)
    return seeded(lambda: Mistral3ForConditionalGeneration(config))


def vae(latent_channels: int = 4, channels: tuple[int, ...] = (8, 16), **config: Any) -> AutoencoderKL:
    """Latents are half as high and wide as pictures (for two levels of channels)."""
    return seeded(
        lambda: AutoencoderKL(
            block_out_channels=channels, latent_channels=latent_channels, norm_num_groups=channels[0] // 4,
            down_block_types=["DownEncoderBlock2D"] * len(channels),
            up_block_types=["UpDecoderBlock2D"] * len(channels), **config,
        )
    )  # fmt: skip


def flow_vae(latent_channels: int) -> AutoencoderKL:
    return vae(
        latent_channels, (4, 8), use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.06,
        scaling_factor=1.5,
    )  # fmt: skip


def quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
