"""The page Models: what is here, what is not, and which of them makes the pictures."""

import pytest
from test_views import given, page

from app import live, models
from apparatus.errors import ModelNotFound


@pytest.fixture
def shelf(hub):
    at = page("en-GB").switch_page("views/models.py").run()
    return {model["id"]: model for model in given(at, "shelf")["models"]}


def test_what_is_here_can_be_used_and_what_is_not_says_so(shelf):
    assert shelf["obscura"]["state"] == "here"
    away = shelf["flux-1-schnell"]
    assert away["state"] == "away"
    assert away["licence"]
    assert away["forbids"]
    assert away["parameters"] == sum(part["parameters"] for part in away["parts"])
    assert away["memory"] == 2 * away["parameters"]


def test_in_french_a_licence_speaks_french(hub):
    at = page("fr-FR").switch_page("views/models.py").run()
    told = {model["id"]: model["forbids"] for model in given(at, "shelf")["models"]}
    assert told["sd-turbo"].startswith("L’usage")


def test_the_model_that_the_app_was_started_with_stands_first(hub, tiny):
    hub.model = str(tiny)
    first, *others = models.shelf(str(tiny))
    assert (first["title"], first["state"], first["chosen"]) == ("tiny", "here", True)
    assert others[0]["id"] == "obscura"


def test_only_what_is_here_is_offered(hub):
    models.offered("obscura")
    with pytest.raises(ModelNotFound):
        models.offered("/etc")
    with pytest.raises(ModelNotFound):
        models.offered("flux-1-dev")
    assert live.hub().model
