"""The audit: who did and who saw what, append-only, chained behind the writers, and verified by anybody who has it."""

from kith_chassis.audit.chain import START, Break, Link, Sealed, verify_lines
from kith_chassis.audit.entries import LONGEST, WORD, Entry, audited, noted, record
from kith_chassis.audit.keys import forget
from kith_chassis.audit.schema import install_audit_v1
from kith_chassis.audit.sealing import SEALING, seal

__all__ = [
    "LONGEST",
    "SEALING",
    "START",
    "WORD",
    "Break",
    "Entry",
    "Link",
    "Sealed",
    "audited",
    "forget",
    "install_audit_v1",
    "noted",
    "record",
    "seal",
    "verify_lines",
]
