"""What an answer about a referral leads to, for the OpenAPI document: reading it again, and its next steps."""

from typing import Any, Final

from kith_chassis.http import leads_to

_READS: Final = ("get_referral", "list_steps")
_STEPS: Final = (
    *("acknowledge_referral", "ask_about_referral", "answer_about_referral", "decide_referral", "read_notes"),
    *("withdraw_referral", "close_referral", "change_consent"),
)

REFERRAL_MADE: Final[dict[int | str, dict[str, Any]]] = {201: leads_to(_READS, _STEPS, referral_id="id")}
REFERRAL_SHOWN: Final[dict[int | str, dict[str, Any]]] = {200: leads_to(_READS, _STEPS, referral_id="id")}
