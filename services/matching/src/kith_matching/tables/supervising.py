"""The support that supporters receive, and by when the next is due."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import CODES, column, key, metadata

supervisions: Final = sa.Table(
    "supervisions",
    metadata,
    key(),
    column("meeting_id", sa.Uuid),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("kind", sa.Text),
    column("held_on", sa.Date),
    column("minutes", sa.Integer),
    column("supervisor", sa.Text),
    column("prompts", CODES),
    column("sealed_note", sa.LargeBinary, null=True),
    column("subject", sa.Text, null=True),
)
"""``subject`` is the supporter's, when it was logged: what was said is read by whoever had it then, and by no other."""

supervision_keys: Final = sa.Table(
    "supervision_keys",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("supervisor", sa.Text),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""What opens the notes, each wrapped, by the id of its supervision. A transaction sees those of whom it speaks for.

The database takes from ``key`` the id of the sealing key that wraps it (``under``): empty where none does yet.
"""

supervision_own_keys: Final = sa.Table(
    "supervision_own_keys",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("subject", sa.Text),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""What opens the same notes for the supporter whom each is about: the same data key, wrapped for their subject."""

rhythms: Final = sa.Table(
    "rhythms",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("active_since", sa.Date, null=True),
    column("last_on", sa.Date, null=True),
    column("weeks", sa.Integer, null=True),
    column("due_on", sa.Date, null=True),
)
"""What a supporter's next supervision hangs on. The database reckons ``due_on``, so that it is found by index."""
