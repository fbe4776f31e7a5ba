"""What is noted of a session in words: "log everything that is said", and "someone to sound off to" (HH, WRAP).

A note is added and never changed: what was thought at the time is what helps. It is read by whoever wrote it and by
whoever organises the programme, and is in no list, fact or log. The person may ask for it, and a human looks at it
first: whoever writes is told so.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionNote:
    """One note. ``author`` is the subject of their token, ``written_at`` an instant (UTC)."""

    id: UUID
    session_id: UUID
    organisation_id: UUID
    author: str
    written_at: datetime
    words: str = field(repr=False)
