"""What notifications reads from its environment beyond what every service does: the mail server and the sender."""

from email.headerregistry import Address
from email.utils import getaddresses
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from kith_chassis.settings import ServiceSettings

Tls = Literal["none", "starttls", "tls"]

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_FROM_THIS_MACHINE: Final = "Kith <kith@localhost>"


def _mail_address(value: str) -> str:
    """Refuse what is no ``name@host`` or ``Name <name@host>``."""
    try:
        _parsed(value)
    except Exception:  # noqa: BLE001 - the parser raises many kinds; they all say that this is no address
        raise ValueError("it must look like kith@example.org or Kith <kith@example.org>") from None
    return value


def _parsed(value: str) -> Address:
    ((name, email),) = getaddresses([value])
    address = Address(display_name=name, addr_spec=email)
    if not (address.username and address.domain):
        raise ValueError(value)
    return address


class Settings(ServiceSettings):
    """What the notifications service needs.

    A mail server on the same machine is taken for a catcher: no TLS, and a sender nobody can answer. For any other,
    TLS is the default and the sender must be named.
    """

    smtp_host: str = Field(default="127.0.0.1", min_length=1, description="The mail server that takes the messages.")
    smtp_port: int = Field(default=8125, ge=1, le=65535, description="Its port: 587 with `starttls`, 465 with `tls`.")
    smtp_tls: Tls | None = Field(
        default=None,
        description="`starttls`, `tls` or `none`. Unset: `none` for a mail server on this machine, else `starttls`.",
    )
    smtp_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authority that signed the mail server's certificate; else the system's.",
    )
    smtp_username: str | None = Field(default=None, description="Name at the mail server, where it asks for one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    mail_from: Annotated[str, AfterValidator(_mail_address)] | None = Field(
        default=None,
        description="Whom messages come from, as `Kith <kith@example.org>`; its host also ends every `Message-ID`. "
        "Required unless the mail server is on this machine.",
    )

    @model_validator(mode="after")
    def _can_send(self) -> Self:
        """Refuse half a sign-in, a password sent in the open, and letters from nobody."""
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("KITH_SMTP_USERNAME and KITH_SMTP_PASSWORD go together: set both or neither")
        if self.smtp_host not in _THIS_MACHINE:
            if self.smtp_password and self.tls == "none":
                raise ValueError("KITH_SMTP_TLS=none would send KITH_SMTP_PASSWORD in the open: use starttls or tls")
            if self.mail_from is None:
                raise ValueError("KITH_MAIL_FROM is not set: messages need a sender such as Kith <kith@example.org>")
        return self

    @property
    def tls(self) -> Tls:
        """How the mail server is reached."""
        return self.smtp_tls or ("none" if self.smtp_host in _THIS_MACHINE else "starttls")

    @property
    def sender(self) -> Address:
        """Whom messages come from."""
        return _parsed(self.mail_from or _FROM_THIS_MACHINE)
