"""What a plain page says to its server: JSON that is read as it must be, or not at all."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request


class Said(BaseModel):
    """What a page may say."""

    model_config = ConfigDict(extra="forbid")


async def said(request: Request, kind: type[Said]) -> Any:
    """What a page says.

    Raises:
        HTTPException: it is nothing of that kind.
    """
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        raise HTTPException(422) from error
