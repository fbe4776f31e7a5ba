"""How the mail server is reached: in the open, by STARTTLS, by TLS; with a password, or not at all."""

import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kith_notifications.channels.mail_server import Closed, MailServer, Post
from kith_notifications.domain.sending import Delivered
from tests.builders import NOW
from tests.notifications.mail import a_mail_server

SENDER = Address(display_name="Kith", addr_spec="kith@kith.example")
SAFE: list[Literal["starttls", "tls"]] = ["starttls", "tls"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For 127.0.0.1, signed by itself; its key is in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=365 * 20))
        .not_valid_after(NOW + timedelta(days=365 * 20))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "certificate.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def server_side(certificate: Path, tls: str, **more: Any) -> dict[str, Any]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return {"tls": context, "tls_at_once": tls == "tls", **more}


def a_letter() -> EmailMessage:
    letter = EmailMessage()
    letter["To"] = "zoe.testwell@example.org"
    letter.set_content("Hello")
    return letter


@pytest.mark.parametrize("tls", SAFE)
async def test_letters_go_encrypted_to_a_server_that_is_known(
    certificate: Path, tls: Literal["starttls", "tls"]
) -> None:
    async with a_mail_server(**server_side(certificate, tls)) as mail:
        post = Post(MailServer("127.0.0.1", mail.port, tls, certificate), SENDER)

        await post.open()
        outcome = await post.send(a_letter())
        await post.close()

        assert (outcome, len(mail.letters)) == (Delivered(), 1)


async def test_a_server_that_asks_for_a_password_is_given_it(certificate: Path) -> None:
    async with a_mail_server(**server_side(certificate, "starttls", password=b"invented")) as mail:
        post = Post(MailServer("127.0.0.1", mail.port, "starttls", certificate, "kith", "invented"), SENDER)

        await post.open()
        outcome = await post.send(a_letter())
        await post.close()

        assert outcome == Delivered()


@pytest.mark.parametrize("tls", SAFE)
async def test_nothing_goes_to_a_server_that_cannot_prove_its_name(
    certificate: Path, tls: Literal["starttls", "tls"]
) -> None:
    async with a_mail_server(**server_side(certificate, tls)) as mail:
        post = Post(MailServer("127.0.0.1", mail.port, tls), SENDER)

        with pytest.raises(Closed):
            await post.open()


async def test_a_server_that_cannot_do_starttls_is_not_used_without() -> None:
    async with a_mail_server() as mail:
        post = Post(MailServer("127.0.0.1", mail.port, "starttls"), SENDER)

        with pytest.raises(Closed):
            await post.open()


async def test_a_wrong_password_closes_the_way_and_is_not_shown(certificate: Path) -> None:
    async with a_mail_server(**server_side(certificate, "starttls", password=b"invented")) as mail:
        server = MailServer("127.0.0.1", mail.port, "starttls", certificate, "kith", "mistaken")

        with pytest.raises(Closed, match=r"^SMTPAuthenticationError$"):
            await Post(server, SENDER).open()

        assert "mistaken" not in repr(server)


async def test_a_server_that_is_not_there_is_closed() -> None:
    with pytest.raises(Closed):
        await Post(MailServer("127.0.0.1", 1, "none"), SENDER).open()
