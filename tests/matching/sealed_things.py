"""What is kept sealed, one of each kind, and all of it with the same words."""

from typing import Final
from uuid import UUID

import httpx
import sqlalchemy as sa

from kith_chassis.sealing import encipher
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_matching.tables import supervision_keys, supervisions
from tests.conftest import AsCaller
from tests.matching.desk import Desk
from tests.matching.test_tenancy import A_SHARING, a_lead

WORDS: Final = "Zanderfleck shivers by the millpond"
AUTHOR: Final = "tester"


async def keep_everything(desk: Desk, as_caller: AsCaller) -> str:
    """Where a supervision is whose note has the words; so have a concern, a goal, an incident and a session."""
    await concern(desk, as_caller)
    terms = ProgrammeTerms(definition_version=1, knowing_each_other="expected", components=("goals",))
    await desk.stage.hear(desk.programme.model_copy(update={"terms": terms}))
    goal = {"code": "going-out", "words": WORDS, "set_on": desk.today}
    incident = {"kind": "near-miss", "happened_on": desk.today, "words": WORDS}
    of_referral = f"/referrals/{(await desk.a_referral()).referral_id}"
    for path, body in ((f"{of_referral}/goals", goal), ("/incidents", incident)):
        kept = await desk.create(path, body)
        assert (await desk.get(kept.headers["Location"])).json()["words"] == WORDS
    held = {"kind": "one-to-one", "match_id": await desk.a_match(), "held_on": desk.today, "minutes": 60}
    session = await desk.create("/sessions", held | {"channel": "telephone"})
    assert (await desk.create(f"{session.headers['Location']}/notes", {"words": WORDS})).is_success
    return (await note(desk)).headers["Location"]


async def concern(desk: Desk, as_caller: AsCaller) -> str:
    """A concern, shared without agreement and decided, with words and reasons."""
    coordinator, desk.auth = desk.auth, a_lead(desk, as_caller)
    raised = await desk.create("/concerns", {"grounds": "self-harm", "words": WORDS})
    for what, body in (("sharings", A_SHARING), ("deciding", {"decision": "shared"})):
        answer = await desk.create(f"{raised.headers['Location']}/{what}", body | {"reason": WORDS})
        assert answer.is_success, answer.text
    desk.auth = coordinator
    return raised.headers["Location"]


async def note(desk: Desk, words: str = WORDS) -> httpx.Response:
    """A supervision of a new supporter, with a note."""
    body = {"held_on": desk.today, "minutes": 60, "note": words}
    answer = await desk.create(f"/supporters/{await desk.a_supporter()}/supervisions", body)
    assert answer.is_success, answer.text
    return answer


async def keep_as_before(desk: Desk, where: str, words: str) -> None:
    """Have the note stand as a release of before kept it: with the key that opens it beside it."""
    kept = encipher(UUID(where.rpartition("/")[2]), words)
    async with desk.stage.database.network_transaction() as tx:
        for table, values in ((supervisions, {"sealed_note": kept.text}), (supervision_keys, {"key": kept.key})):
            await tx.execute(sa.update(table).where(table.c.id == kept.key_id).values(values))
