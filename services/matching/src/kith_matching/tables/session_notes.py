"""What is noted of sessions."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

session_notes: Final = sa.Table(
    "session_notes",
    metadata,
    key(),
    column("session_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("author", sa.Text),
    column("written_at", INSTANT),
    column("sealed_words", sa.LargeBinary),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""Each with its wrapped key; the database takes from that the id of the sealing key that wraps it (``under``)."""
