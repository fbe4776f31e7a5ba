"""How a page is put together and sent: one style, known by its digest, and nothing that runs or is loaded."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kith_referrals.domain.network import SAMARITANS, CrisisLine

_HERE: Final = Path(__file__).parent
_STYLE: Final = (_HERE / "page.css").read_text(encoding="utf-8")
_PAGES: Final = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_PAGES.globals["style"] = Markup(_STYLE)  # noqa: S704 - ours, from beside this file; its digest is in the policy
_PAGES.filters["dialled"] = lambda telephone: "".join(letter for letter in telephone if letter in "+0123456789")
_TEMPLATES: Final = {
    name: _PAGES.get_template(f"{name}.html.jinja") for name in ("form", "status", "mind", "help", "nothing")
}

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing may run, load or frame; a form goes here alone. No address is told onwards, no page stays in a cache."""
NOT_FOUND_BY_SEARCH: Final = {"X-Robots-Tag": "noindex, nofollow, noarchive"}


def show(
    name: str,
    *,
    title: str,
    crisis_lines: Iterable[CrisisLine] = (),
    status: int = 200,
    private: bool = False,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page. ``private`` ones stand behind a secret link, and search engines are told to leave them alone."""
    lines = tuple(crisis_lines) or (SAMARITANS,)
    text = _TEMPLATES[name].render(title=title, crisis_lines=lines, private=private, **values)
    return HTMLResponse(text, status, {**HEADERS, **(NOT_FOUND_BY_SEARCH if private else {}), **(headers or {})})


def show_nothing() -> HTMLResponse:
    """What is shown where there is no page, or none any more: it does not say which."""
    return show("nothing", title="This page is not here", status=404, private=True)
