"""Somebody with a token who does something on a network, and sees what their token shows them."""

from collections.abc import Mapping
from typing import Any, Final

from kith_chassis.clock import new_id
from kith_cli.speaking import NoAnswer, Refused, Speaker

PAGE: Final = "200"
VERSION_WANTED: Final = 428
STALE: Final = 412
TRIES: Final = 8


class Actor:
    """One client at work: reads, makes, says what is so, and moves things on."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def read(self, service: str, path: str, **params: str) -> Any:
        """Read something."""
        return self._speaker.get(service, path, params)

    def everything(self, service: str, path: str, **params: str) -> list[dict[str, Any]]:
        """Read a list to its end."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.read(service, path, limit=PAGE, **params, **after)
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def make(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Make something new."""
        headers = {"Idempotency-Key": str(new_id())}
        return self._speaker.ask("POST", service, path, json=body, headers=headers).json()

    def do(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Have something done that stands at no version and makes nothing new."""
        return self._speaker.post(service, path, body)

    def say(self, service: str, path: str, body: Mapping[str, Any] | None = None, *, at: int | None = None) -> Any:
        """Say what something is: changed at that version, or at the one that stands where one is asked for."""
        headers = {} if at is None else {"If-Match": f'"{at}"'}
        try:
            answer = self._speaker.ask("PUT", service, path, json=body, headers=headers)
        except Refused as refused:
            if refused.status != VERSION_WANTED:
                raise
            headers = {"If-Match": self._speaker.ask("GET", service, path).headers["ETag"]}
            answer = self._speaker.ask("PUT", service, path, json=body, headers=headers)
        return answer.json() if answer.content else None

    def move(self, service: str, thing: str, action: str, body: Mapping[str, Any] | None = None) -> Any:
        """Do something to ``thing`` (its path) as it stands; where it has just moved on, as it stands then."""
        path = f"{thing}/{action}"
        for _ in range(TRIES):
            headers = {"If-Match": self._speaker.ask("GET", service, thing).headers["ETag"]}
            try:
                return self._speaker.ask("POST", service, path, json=body, headers=headers).json()
            except Refused as refused:
                if refused.status != STALE:
                    raise
        raise NoAnswer(f"{service}{thing} changes faster than it can be read.")

    def move_at(self, service: str, path: str, version: int, body: Mapping[str, Any] | None = None) -> Any:
        """Do something to what was at that version when it was read."""
        return self._speaker.ask("POST", service, path, json=body, headers={"If-Match": f'"{version}"'}).json()

    def forget(self, service: str, path: str) -> None:
        """Take something away."""
        self._speaker.ask("DELETE", service, path)

    def file(self, service: str, path: str) -> bytes:
        """Read what is no JSON."""
        return self._speaker.ask("GET", service, path).content
