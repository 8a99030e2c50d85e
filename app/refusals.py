"""What the library refuses or fails to do, said in the reader's language. What was typed is not repeated."""

import re
from functools import cache

from app.i18n import _, speaking
from app.wording import plain
from apparatus.errors import ApparatusError, OutOfRange
from apparatus.settings import LONGEST_PROMPT, bounds

OTHER = "Other"
SIGNS = {
    "NoEnhancer": r" cannot rewrite a prompt: ",
    "NoInstruction": r"^There is no instruction ",
    "OutOfRange": r"cannot be .*Allowed: ",
    "ModelNotFound": r"^There is no model ",
    "OnlyPickles": r" is a pickle, which can run code",
    "DamagedFile": r" cannot be loaded as a model: its file .* is damaged ",
    "FileMissing": r" cannot be loaded as a model: .* is missing\. ",
    "NotTextToImage": r" makes no picture from a text alone\. ",
    "UnknownClass": r" cannot be loaded as a model: it is made of a ",
    "OwnCode": r" is made by code of its own\. ",
    "TooLarge": r" needs .* GB on .* GB are free\. ",
    "NotALora": r" cannot be used as a LoRA: ",
    "LoraMisfit": r"^The LoRA .* does not fit ",
    "NotAModel": r" cannot be loaded as a model: ",
    "StoreUnwritable": r"^Exposures cannot be written to ",
    "DiskFull": r"^The disk of .* is full ",
    "WorkerDied": r"^The worker that was making ",
    "NoWorker": r"^No worker process can be started ",
}
"""By what an error's own sentence is known: a record keeps no more of an error than that."""


def refusal(error: ApparatusError) -> str:
    """One sentence: what was asked, what there is, what to do."""
    if isinstance(error, OutOfRange):
        return _out_of_range(error)
    return sentences().get(type(error).__name__, sentences()[OTHER])


def problem(message: str) -> str:
    """Which of `sentences` says what an English message says; "" when there is no message."""
    found = (name for name, sign in SIGNS.items() if re.search(sign, message, re.DOTALL))
    return next(found, OTHER) if message else ""


@cache
def named() -> frozenset[str]:
    """The names that `sentences` has a sentence for."""
    with speaking("en"):
        return frozenset(sentences())


def sentences() -> dict[str, str]:
    """What can go wrong, by the name of the error."""
    return {
        OTHER: _("The apparatus stopped. Making the picture again may help."),
        "OutOfRange": _("One of the settings lies outside what this model takes. Choose another."),
        "ExposureNotFound": _("There is no exposure of that name here. The archive shows those there are."),
        "BrokenRecord": _(
            "The record of this exposure is damaged and cannot be read. The others still open."
        ),
        "StoreUnwritable": _(
            "Exposures cannot be written to their folder. Its rights must be given back on this machine."
        ),
        "DiskFull": _(
            "The disk is full, so this exposure was not kept. What was there is untouched; room must be made."
        ),
        "NoEnhancer": _("There is no language model of that name here. Choose another, or none."),
        "NoInstruction": _(
            "There is no instruction of that name, or it cannot be read. Choose another, or write one."
        ),
        "TextForgotten": _("This text is not remembered any more. Have the prompt rewritten again."),
        "EndpointDown": _(
            "The language model on the other machine cannot be reached. Start it there, or choose another."
        ),
        "EndpointSlow": _("The language model took too long. Ask for fewer words, or choose a quicker one."),
        "EndpointNonsense": _(
            "What answered is no language model. The host must check the address in APPARATUS_ENDPOINTS."
        ),
        "EndpointDeclined": _(
            "The language model’s machine declined. The host must check the model’s name and the key."
        ),
        "TooMuchSaid": _(
            "The language model went on and on, and was not listened to any further. Choose another."
        ),
        "PromptTooLong": _("The prompt is too long for this language model. Shorten it, or choose another."),
        "EnhancerRefused": _(
            "The language model refused, or said nothing. Change the instruction, or choose another."
        ),
        "CannotContinue": _(
            "This endpoint cannot go on from a text that was begun. Choose a language model that can."
        ),
        "ModelNotFound": _("The model asked for is not in the catalogue. Choose another."),
        "NoCaptioner": _(
            "Nobody here can say what a picture shows. "
            "Put a captioner into the folder of APPARATUS_CAPTIONERS."
        ),
        "LoopNotFound": _("There is no loop of that name here. The list shows those there are."),
        "NotAModel": _("The model's folder is incomplete and cannot be loaded. It must be installed anew."),
        "OnlyPickles": _(
            "The model's weights lie in files that could run code, which are never opened. Choose another."
        ),
        "DamagedFile": _("One of the model's files is damaged. It must be fetched or copied again."),
        "FileMissing": _(
            "One of the model's files is missing. The model must be fetched or copied again, whole."
        ),
        "NotTextToImage": _("This model makes no picture from a text alone. Choose another."),
        "UnknownClass": _(
            "This model is made of parts that the libraries here do not have. Update them, or choose another."
        ),
        "OwnCode": _("This model asks to run code of its own, and that is never done here. Choose another."),
        "TooLarge": _("This model is too large for the memory that is free. Choose a smaller one."),
        "UnknownDevice": _("This machine has no such processor. Choose another where the app is started."),
        "UnknownDtype": _(
            "Models are not loaded in that precision. Choose another where the app is started."
        ),
        "NotALora": _("No LoRA of that name can be read. Choose another, or take it off."),
        "LoraMisfit": _(
            "This LoRA was made for another model. Choose one of this model's family, or take it off."
        ),
        "EngineClosed": _("The engine is closing and takes no more exposures. Reload the page in a moment."),
        "WorkerDied": _("The worker stopped in the middle of it. Another has taken its place: try again."),
        "WorkerLost": _("A worker was sent for and never came. Another is sent for; make the picture again."),
        "NoRay": _("Ray is not installed here, so other machines cannot help. The host must install it."),
        "NoCluster": _("The cluster of machines cannot be joined. The host must start it."),
        "TokenRefused": _(
            "The cluster of machines refused this one’s token. The host must copy the right one."
        ),
        "OtherCluster": _("This machine already works with another cluster. The host must leave that first."),
        "CannotServe": _("A machine of the cluster cannot make pictures. The host must put that right."),
        "TooManyWaiting": _("As many of your pictures wait as may. Let one be made, or cancel one."),
        "TooFast": _("That was too fast. Look at what there is, and ask again in a moment."),
        "QueueFull": _("The queue is full. Ask again in a moment."),
        "NotWanted": _("A word in it is not wanted in this workshop. Say it another way."),
        "NotInWorkshop": _("This device is not in the workshop, or not any more. Join with the code."),
        "TicketNotFound": _("There is no such picture in this workshop. Reload the page."),
        "WorkshopOpen": _("This workshop is open in another process. Use that one, or close it first."),
        "WorkshopNotFound": _("There is no workshop of that name here."),
        "NoExercise": _("There is no exercise of that name. Choose another."),
        "BrokenExercise": _("The file of this exercise cannot be read. The host must mend it."),
        "BrokenRules": _("The house rules cannot be read. The host must mend their file."),
        "BrokenCuration": _("The kiosk’s file cannot be read. Whoever looks after the kiosk must mend it."),
        "NotAChoice": _("One of these words is on no card. Choose another."),
        "NothingChosen": _("Nothing was chosen that can be seen. Choose a thing or a place."),
        "CodeTooSmall": _("That is more than a code can hold. Take less with you."),
        "StepNotFound": _("This exposure has no such step. Choose one that it has."),
        "NothingToResume": _("This exposure is over. Branch from one of its steps to go on."),
        "WordNotRead": _("The text encoder did not read this word. Alter one that it read, or the prompt."),
        "MaskMisfit": _("The painted region has another size than these latents. Paint it again here."),
        "CannotAlter": _("This model has nothing of that kind to alter. Alter something else."),
        "MovedOn": _("Someone took this exposure further meanwhile. Go on from where it stands now."),
        "NotKept": _("That was not kept of this exposure. Make the picture again to see it."),
        "OtherModel": _(
            "This exposure was made with other weights than those here. It can be seen, not gone on with."
        ),
        "FilmFailed": _(
            "The film could not be made on this machine. The other formats are made without help."
        ),
        "NoPicture": _("This exposure has no finished picture. Finish it, or choose another."),
        "BrokenTemplate": _(
            "The template of this sheet cannot be read. Whoever looks after the apparatus must mend its file."
        ),
        "NotAPicture": _(
            "This file is no picture that can be read here. Give a PNG, JPEG, WebP, AVIF, TIFF or GIF."
        ),
        "PictureTooLarge": _("This picture is too large to be read here. Give a smaller one."),
        "NoCredentials": _(
            "The file could not be signed. The key on this machine must be mended, or the extra taken out."
        ),
        "CannotRetouch": _("This model has no such way to retouch. Choose another way, or another model."),
        "NoSource": _("There is no finished picture to begin with. Choose one, or drop it here again."),
        "NothingPainted": _("Nothing is painted, so nothing would be made anew. Paint what is to change."),
        "NoBatch": _("This picture was made alone: there is nothing to choose it from. Make several first."),
        "BatchNotFound": _("There are no candidates of that name here. Make some."),
        "NoWorker": _("This machine cannot start what makes the pictures. Restart it, then try again."),
    }


def _out_of_range(error: OutOfRange) -> str:
    name = _names().get(error.setting)
    if name is None:
        return sentences()["OutOfRange"]
    if error.setting in ("prompt", "negative_prompt"):
        sentence = _("{name} is too long: it may have {limit} characters. Shorten it.")
        return sentence.format(name=name, limit=plain(LONGEST_PROMPT))
    low, high = bounds(error.setting)
    sentence = _("{name} goes from {low} to {high}. Choose a value in that range.")
    return sentence.format(name=name, low=plain(low), high=plain(high))


def _names() -> dict[str, str]:
    return {
        "prompt": _("The prompt"),
        "negative_prompt": _("The negative prompt"),
        "seed": _("The seed"),
        "num_inference_steps": _("The number of steps"),
        "guidance_scale": _("The guidance scale"),
        "height": _("The height"),
        "width": _("The width"),
    }
