"""Carrying an export through: what goes over the wire, what is written down, and how much memory it takes."""

import json
import stat
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.clients import Client
from kith_cli.importing.carrying import carry
from kith_cli.importing.mapping import read_mapping
from kith_cli.importing.outcomes import Outcome, Totals
from kith_cli.importing.reading import Record, open_export
from kith_cli.importing.sending import PATIENCE, Sender
from kith_cli.importing.unusable import Unusable
from kith_cli.speaking import Speaker
from tests.cli.exports import KINSHIP, MAPPINGS

MAPPING = read_mapping(MAPPINGS / "kinship-north-east.yaml")
CLIENT = Client("kinship-north-east.referrer", frozenset({"referrer"}), None, "a-long-random-word")

Rows = list[dict[str, Any]]
Answer = Callable[[Rows], httpx.Response]


def all_accepted(rows: Rows) -> httpx.Response:
    return httpx.Response(200, json=[{"row": row["row"], "outcome": "accepted"} for row in rows])


class Wire:
    """A service that remembers what came and answers as it is told, first answer first; then accepts everything."""

    def __init__(self, *answers: Answer | httpx.Response | Exception) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.pauses: list[float] = []
        self._answers = list(answers)
        addresses = Addresses({"referrals": "http://referrals.invalid"}, "http://issuer.invalid", {})
        self.speaker = Speaker(addresses, CLIENT, httpx.MockTransport(self._answer))

    def sender(self, patience: float = PATIENCE) -> Sender:
        return Sender(self.speaker, MAPPING, "an-export.tsv", patience=patience, pause=self.pauses.append)

    @property
    def batches(self) -> list[list[int]]:
        return [[row["row"] for row in body["rows"]] for body in self.bodies]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "issuer.invalid":
            return httpx.Response(200, json={"token_endpoint": "http://issuer.invalid/token", "access_token": "t"})
        body = json.loads(request.content)
        self.bodies.append(body)
        answer = self._answers.pop(0) if self._answers else all_accepted
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(body["rows"])


def a_file(folder: Path, content: bytes) -> Path:
    path = folder / "an-export.tsv"
    path.write_bytes(content)
    return path


def carried(
    folder: Path, content: bytes, send: Callable[[Sequence[Record]], dict[int, Outcome]], batch: int = 1000
) -> Totals:
    with open_export(a_file(folder, content), MAPPING) as export:
        return carry(export, send, batch=batch, report=folder / "report.json", rejects=folder / "rejects.tsv")


def report(folder: Path) -> Rows:
    found: Rows = json.loads((folder / "report.json").read_bytes())
    return found


def test_columns_that_are_never_imported_do_not_leave(tmp_path: Path) -> None:
    wire = Wire()

    carried(tmp_path, KINSHIP.clean(5), wire.sender().send)

    (body,) = wire.bodies
    assert "Childname" not in json.dumps(body["rows"])
    assert all(set(row["cells"]) == set(MAPPING.wanted) for row in body["rows"])
    assert (body["file_name"], body["mapping"]["organisation"]) == ("an-export.tsv", MAPPING.organisation)


def test_rows_go_in_the_order_of_the_file_so_many_at_a_time(tmp_path: Path) -> None:
    wire = Wire()

    carried(tmp_path, KINSHIP.clean(7), wire.sender().send, batch=3)

    assert wire.batches == [[1, 2, 3], [4, 5, 6], [7]]


def test_rows_that_cannot_be_read_are_not_sent(tmp_path: Path) -> None:
    wire = Wire()
    content = KINSHIP.clean(3).replace(b"\ttrue\t", b"\t", 1).replace(b"Secret", b"\xff", 2)

    totals = carried(tmp_path, content, wire.sender().send)

    assert wire.batches == [[3]]
    assert totals.codes == {"wrong-field-count": 1, "not-decodable": 1}
    assert [(row["column"], row["code"]) for row in report(tmp_path)][:2] == [
        ("(row)", "wrong-field-count"),
        ("(row)", "not-decodable"),
    ]


@pytest.mark.parametrize(
    "trouble",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.Response(503, json={"detail": "Try again."})],
)
def test_a_batch_that_is_lost_on_the_way_goes_again(tmp_path: Path, trouble: Exception | httpx.Response) -> None:
    wire = Wire(trouble, trouble)

    totals = carried(tmp_path, KINSHIP.clean(2), wire.sender().send)

    assert wire.batches == [[1, 2]] * 3
    assert wire.pauses == [0.5, 1.0]
    assert totals.outcomes["accepted"] == 2


def test_who_gets_no_answer_gives_up_in_one_sentence_and_leaves_no_half_report(tmp_path: Path) -> None:
    wire = Wire(all_accepted, *[httpx.ConnectError("refused")] * 9)

    with pytest.raises(CannotRun, match=r"Run the same import again: it goes on from there\.$") as given_up:
        carried(tmp_path, KINSHIP.clean(4), wire.sender(patience=0).send, batch=2)

    assert not isinstance(given_up.value, Unusable)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["an-export.tsv"]


def test_what_is_too_large_goes_in_halves_and_a_single_row_is_rejected(tmp_path: Path) -> None:
    too_large = httpx.Response(413, json={"detail": "Too long."})
    wire = Wire(too_large, too_large, too_large)

    carried(tmp_path, KINSHIP.clean(4), wire.sender().send)

    assert wire.batches == [[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]
    assert [row["code"] for row in report(tmp_path)] == ["row-too-long", None, None, None]


def test_long_rows_make_small_requests(tmp_path: Path) -> None:
    wire = Wire()
    long = KINSHIP.clean(4).replace(b"\tNE8 3ZZ\t", b"\t" + b"x" * 90_000 + b"\t").replace(b"TS1 2ZZ", b"y" * 90_000)

    carried(tmp_path, long * 3, wire.sender().send)

    assert max(len(json.dumps(body)) for body in wire.bodies) < 1024 * 1024
    assert len(wire.bodies) > 1


def test_a_refusal_of_all_of_it_is_not_tried_again(tmp_path: Path) -> None:
    problem = {
        "detail": "Something is not as it must be.",
        "code": "request-invalid",
        "errors": [{"where": "body.mapping.columns.1.to", "sentence": "This must be one of these."}],
    }
    wire = Wire(httpx.Response(422, json=problem))

    with pytest.raises(Unusable, match=r"body\.mapping\.columns\.1\.to: This must be one of these\."):
        carried(tmp_path, KINSHIP.clean(2), wire.sender().send)

    assert len(wire.bodies) == 1


def test_an_answer_for_other_rows_is_not_taken(tmp_path: Path) -> None:
    wire = Wire(lambda rows: all_accepted(rows[1:]))

    with pytest.raises(CannotRun, match="answered for other rows than were sent"):
        carried(tmp_path, KINSHIP.clean(3), wire.sender().send)


def accept(records: Sequence[Record]) -> dict[int, Outcome]:
    return {record.number: Outcome(record.number, "accepted") for record in records}


def reject(records: Sequence[Record]) -> dict[int, Outcome]:
    return {
        record.number: Outcome(record.number, "rejected", "id", None, "a-code", "A sentence.") for record in records
    }


def test_the_report_of_an_empty_export_is_an_empty_list(tmp_path: Path) -> None:
    assert carried(tmp_path, KINSHIP.clean(0), accept).rows == 0
    assert report(tmp_path) == []


def test_rejected_rows_stand_as_they_stood_with_a_line_end_where_the_last_had_none(tmp_path: Path) -> None:
    content = KINSHIP.clean(3) + b'K-4\t"never closed\t=HYPERLINK("")\xff'

    carried(tmp_path, content, reject)

    assert (tmp_path / "rejects.tsv").read_bytes() == content + b"\n"


def test_rejects_are_for_our_eyes_only_for_they_hold_people(tmp_path: Path) -> None:
    carried(tmp_path, KINSHIP.clean(1), reject)

    assert stat.S_IMODE((tmp_path / "rejects.tsv").stat().st_mode) == 0o600


def test_an_import_that_fails_leaves_the_report_of_the_one_before(tmp_path: Path) -> None:
    carried(tmp_path, KINSHIP.clean(2), accept)
    before = report(tmp_path)

    def fail(_: Sequence[Record]) -> dict[int, Outcome]:
        raise CannotRun("No.")

    with pytest.raises(CannotRun):
        carried(tmp_path, KINSHIP.clean(9), fail)

    assert report(tmp_path) == before


def test_a_report_that_cannot_be_written_is_told_before_a_row_is_sent(tmp_path: Path) -> None:
    wire = Wire()

    with open_export(a_file(tmp_path, KINSHIP.clean(1)), MAPPING) as export, pytest.raises(Unusable, match="No such"):
        carry(export, wire.sender().send, batch=10, report=tmp_path / "nowhere" / "report.json")

    assert wire.bodies == []


def most_memory(folder: Path, rows: int) -> int:
    content = KINSHIP.clean(50).partition(b"\n")[2] * (rows // 50)
    path = a_file(folder, KINSHIP.clean(0) + content)
    del content
    tracemalloc.start()
    try:
        with open_export(path, MAPPING) as export:
            carry(export, reject, batch=100, report=folder / "report.json", rejects=folder / "rejects.tsv")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_forty_times_the_rows_need_no_more_memory(tmp_path: Path) -> None:
    few = most_memory(tmp_path, 500)
    many = most_memory(tmp_path, 20_000)

    assert many < few * 1.1
