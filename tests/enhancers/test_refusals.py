"""What is a refusal in the place of a prompt, and what is a prompt that only begins a little like one."""

import pytest

from apparatus.enhancers.refusals import refuses

PROMPT = "a boat on the sea"


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, but I can’t help with that.",
        "I am very sorry. This goes against my guidelines.",
        "I'm sorry.",
        "“Sorry, I cannot do that.”",
        "I cannot create content of this kind.",
        "I'm unable to fulfil this request.",
        "I must respectfully decline.",
        "As an AI language model, I do not make pictures.",
        "Unfortunately, I can’t write this.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Désolée, je ne peux pas faire cela.",
        "Je ne peux malheureusement pas répondre à cette demande.",
        "Je ne peux pas t’aider.",
        "Il m’est impossible de traiter cette demande.",
        "En tant qu’IA, je ne fais pas cela.",
        "En tant que modèle de langage, je ne fais pas cela.",
    ],
)
def test_a_text_that_opens_as_one_and_keeps_no_word_is_a_refusal(text):
    assert refuses(PROMPT, text)
    assert refuses("un bateau sur la mer", text)


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        (PROMPT, "A sorry little boat on the sea"),
        (PROMPT, "I'm sorry, said the boat, a neon sign over dark water"),
        ("bateau", "Désolé, le vieux port attend sous la pluie"),
        ("un bateau désolé", "Je suis désolé, mais debout : un vieux navire"),
        ("mannequin", "En tant que modèle, une femme pose devant un mur blanc"),
        ("excuses", "I'm sorry card, pastel flowers, soft light"),
        ("jetée", "Sorry but proud, an old wooden pier at dusk"),
        ("portrait", "As an AI-generated painting, a face in blue"),
        ("noyade", "I can't breathe, green water, a hand above it"),
        ("désert", "Je ne peux plus marcher, dunes à perte de vue"),
        (PROMPT, ""),
    ],
)
def test_a_prompt_is_none(prompt, text):
    assert not refuses(prompt, text)


def test_small_words_that_both_have_are_no_sign_of_a_prompt():
    assert refuses("I am on the sea", "I'm sorry, but I can't help with that on the first try.")
    assert refuses("", "I'm sorry, but I can't help with that.")
