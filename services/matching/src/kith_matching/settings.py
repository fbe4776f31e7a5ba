"""What matching reads from its environment: what every service needs, and the keys to what it keeps sealed."""

from typing import Self

from pydantic import model_validator

from kith_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the matching service needs."""

    @model_validator(mode="after")
    def _can_seal(self) -> Self:
        """Refuse to start where what must be sealed could not be."""
        if self.sealing_keys is None:
            raise ValueError(
                "KITH_SEALING_KEYS is not set: make one with `openssl rand -base64 32` and keep it apart from the "
                "database; where notes are sealed already, set the key they were sealed with"
            )
        return self
