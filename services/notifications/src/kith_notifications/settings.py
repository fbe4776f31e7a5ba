"""What notifications reads from its environment beyond what every service does: the mail server and the sender."""

from email.headerregistry import Address
from email.utils import parseaddr
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from kith_chassis.settings import ServiceSettings

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def _mail_address(value: str) -> str:
    """Refuse what is no ``name@host`` or ``Name <name@host>``."""
    try:
        address_of(value)
    except Exception:  # noqa: BLE001 - the parser raises many kinds; they all say that this is no address
        raise ValueError("it must look like kith@example.org or Kith <kith@example.org>") from None
    return value


def address_of(value: str) -> Address:
    """The address as it stands on a letter. Raises whatever the parser raises when it is none."""
    name, email = parseaddr(value)
    address = Address(display_name=name, addr_spec=email)
    if not (address.username and address.domain):
        raise ValueError(value)
    return address


class Settings(ServiceSettings):
    """What the notifications service needs."""

    smtp_host: str = Field(min_length=1, description="The mail server that takes the messages.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 with `starttls`, 465 with `tls`.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        default="starttls",
        description="TLS towards the mail server; `none` only inside one machine or network of your own.",
    )
    smtp_username: str | None = Field(default=None, description="Name at the mail server, where it asks for one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    mail_from: Annotated[str, AfterValidator(_mail_address)] = Field(
        description="Whom messages come from: `Kith <kith@example.org>`. Its host also ends every `Message-ID`."
    )

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        """Refuse half a sign-in, and a password sent in the open."""
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("KITH_SMTP_USERNAME and KITH_SMTP_PASSWORD go together: set both or neither")
        if self.smtp_password and self.smtp_tls == "none" and self.smtp_host not in _THIS_MACHINE:
            raise ValueError("KITH_SMTP_TLS=none would send KITH_SMTP_PASSWORD in the open: use starttls or tls")
        return self
