"""What a person is given who asks what is known of them: one record of every service's rows, and a page to read it.

`record.json` is `{"format", "request", "organisation_id", "gathered_at", "sections", "redactions"}`. A section has
`service`, `section` and `rows`; a row is an object of names and values. In the place of what is not given stands
`{"redacted": code}`, and `redactions` says of each code, in a sentence, why.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kith_cli.holding import OWNER, Holdings
from kith_cli.speaking import Speaker

FORMAT: Final = "kith-subject-access/1"
AUDIT: Final = "/operations/audit"
AUDITED: Final = (OWNER, "matching")
"""The services that keep who looked at whom."""
PAGE: Final = 200
REDACTIONS: Final = {
    "another-author": "Another organisation wrote this. You can ask that organisation for it.",
    "another-person": "This is about somebody else, who has the same right to privacy as you.",
    "member-of-staff": "This is the login of a member of staff. The organisation can tell you what they do there.",
    "another-controller": "Another organisation of the network keeps this and answers for it. You can ask it.",
    "concern": "Somebody was worried about your safety. Whoever gives you this reads it with that in mind first.",
    "supporter": "This is about your supporter, who decides alone what is said of them.",
}
"""Why something is not given, by its code."""
TITLES: Final = {
    "person": "Who you are",
    "referrals": "Your referrals",
    "steps": "What was done with them, and when",
    "consents": "What you agreed to",
    "household": "Your household",
    "decisions": "What people decided about your record",
    "breaches": "What went wrong with what is known of you",
    "complaints": "Complaints about your referrals",
    "claims": "What was claimed for your household",
    "imported_rows": "Files that you came in",
    "requests": "What you asked us for",
    "referral": "What is known for finding a supporter",
    "proposal": "Supporters who were suggested",
    "match": "Support that you had",
    "concern": "Worries about your safety",
    "looked-after": "What a coordinator looks after for you",
    "session": "When you met, and what it was about",
    "meeting": "Groups that you were at",
    "message": "Messages about you",
    "waiting": "What waits to be told",
    "looked": "Who looked at your record, or changed it",
}
"""A section's heading, in plain words."""
_AWAITED: Final = {
    "clarification": "the person to say what they mean",
    "identity": "proof of who they are",
}
"""What a request waits for, in plain words."""
STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1d2528}"
    "h1,h2{line-height:1.2}table{border-collapse:collapse;width:100%;margin:0 0 1.5rem;break-inside:avoid}"
    "th,td{border-bottom:1px solid #d5d8d3;padding:.3rem .5rem;text-align:left;vertical-align:top}th{width:14rem}"
    ".away{font-style:italic;color:#53605f}@media print{body{margin:0;max-width:none;font-size:11pt}}"
)

Section = dict[str, Any]


def assemble(own: Mapping[str, Any], others: Iterable[Holdings], looked: Sequence[Section]) -> dict[str, Any]:
    """The record: what referrals gave, what the others hold and this organisation answers for, and who looked."""
    organisation_id = own["organisation_id"]
    ours = {row["id"] for part in own["sections"] if part["section"] == "referrals" for row in part["rows"]}
    sections = [{"service": OWNER, **part} for part in own["sections"]]
    for answer in others:
        for kind in dict.fromkeys(one["kind"] for one in answer["holdings"]):
            rows = [_row(one, organisation_id, ours) for one in answer["holdings"] if one["kind"] == kind]
            sections.append({"service": answer["service"], "section": kind, "rows": rows})
    return {
        "format": FORMAT,
        "request": own["request"],
        "organisation_id": organisation_id,
        "gathered_at": own["gathered_at"],
        "sections": [*sections, *looked],
        "redactions": REDACTIONS,
    }


def _row(one: Mapping[str, Any], organisation_id: str, ours: set[str]) -> dict[str, Any]:
    """A row of another service: whole, if this organisation answers for it, or no organisation does."""
    whose, about = one["organisation_id"], one["says"].get("referral_id", one["id"])
    if whose not in {None, organisation_id} or (whose is None and about not in ours):
        return {"id": one["id"], "content": {"redacted": "another-controller"}}
    if one["kind"] == "concern":
        return {"id": one["id"], "content": {"redacted": "concern"}}
    supporter = {"supporter": {"redacted": "supporter"}} if one["kind"] in {"proposal", "match", "session"} else {}
    return {"id": one["id"], **one["says"], **supporter}


def list_looks(operator: Speaker, ids: Sequence[str], organisation_id: str) -> list[Section]:
    """Who did and who saw what, of somebody's records and referrals, as each audit has it: without anybody's login."""
    found = []
    for service in AUDITED:
        rows = [_look(entry, organisation_id) for about in ids for entry in _entries(operator, service, about)]
        found.append({"service": service, "section": "looked", "rows": rows})
    return found


def _entries(operator: Speaker, service: str, about: str) -> Iterable[Mapping[str, Any]]:
    after = 0
    while after is not None:
        page = operator.get(service, AUDIT, {"about": about, "after": str(after), "limit": str(PAGE)})
        yield from page["items"]
        after = page["next"]


def _look(entry: Mapping[str, Any], organisation_id: str) -> dict[str, Any]:
    whose = entry.get("organisation_id")
    by = "the network" if whose is None else "this organisation" if whose == organisation_id else "another organisation"
    return {
        "at": entry["at"],
        "action": entry["action"],
        "codes": entry.get("codes", []),
        "by": by,
        "who": {"redacted": "member-of-staff"},
    }


def due(request: Mapping[str, Any]) -> str:
    """By when a request is to be answered, in a clause; while its clock stands, what it stands for."""
    if request["due_on"] is None:
        awaited = _AWAITED[request["waiting_for"]]
        return f"waits since {request['waiting_since']} for {awaited}, and is due on no day yet"
    return f"is to be answered by {request['due_on']}"


def page_of(record: Mapping[str, Any]) -> str:
    """The record as a page: no script, nothing loaded from elsewhere, and made to be printed."""
    parts = [
        "<!doctype html>",
        '<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>What is known of you</title><style>{STYLE}</style></head><body><main>",
        "<h1>What is known of you</h1>",
        f"<p>You asked on {_text(record['request']['asked_on'])}.",
        f"This was put together on {_text(record['gathered_at'][:10])}.</p>",
        "<p>Where something is not given, the reason stands in its place.</p>",
    ]
    for section in record["sections"]:
        if section["rows"]:
            title = TITLES.get(section["section"], section["section"])
            parts.append(f"<h2>{_text(title)}</h2>")
            parts += [_table(row) for row in section["rows"]]
    return "\n".join([*parts, "</main></body></html>", ""])


def _table(row: Mapping[str, Any]) -> str:
    lines = [
        f"<tr><th>{_text(name.replace('_', ' '))}</th><td>{_value(value)}</td></tr>"
        for name, value in row.items()
        if value not in (None, "", [], {})
    ]
    return f"<table>{''.join(lines)}</table>"


def _value(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"redacted"}:
        code = value["redacted"]
        return f'<span class="away">Not given. {_text(REDACTIONS.get(code, code))}</span>'
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_text(name)}: {_value(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    return _text(value)


def _text(value: Any) -> str:
    return html.escape(str(value))
