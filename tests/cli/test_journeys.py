"""The stage of the journeys: what it says is so, or the play ends; and what `kith demo --programme` answers."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from kith_cli.addresses import Addresses
from kith_cli.journeys.cast import BY_A_MOVED_CLOCK, Journey, Part, gather
from kith_cli.journeys.playing import play
from kith_cli.journeys.programmes import EVERY, JOURNEYS
from kith_cli.journeys.stage import SECONDS_A_WORD, NotSo, Stage
from kith_cli.main import main
from kith_cli.speaking import Refused
from kith_cli.telling import Teller

NOBODY = Addresses({}, None, {})
A_JOURNEY = Journey(
    number=99,
    title="Ours",
    source="[K]",
    words="",
    parts=(Part("ours", "Ours", supporters=("nora",)),),
    play=lambda _: {},
)


def a_stage(
    said: StringIO | None = None,
    *,
    journey: Journey = A_JOURNEY,
    patience: float = 0.2,
    read_along: bool = False,
) -> Stage:
    [cast] = gather([journey])
    return Stage(
        cast, NOBODY, Teller(Console(file=said or StringIO(), width=200)), patience=patience, read_along=read_along
    )


def refusing(code: str) -> Refused:
    return Refused("no", httpx.codes.CONFLICT, code)


class TestWhatIsSaidToBeSeen:
    def test_is_told_when_it_is_so(self) -> None:
        said = StringIO()

        a_stage(said).sees("There is one.", 1, 1)

        assert "✓ There is one." in said.getvalue()

    def test_ends_the_play_when_it_is_not_so(self) -> None:
        said = StringIO()

        with pytest.raises(NotSo, match=r"is not: There is one\. Expected 1, found 2\."):
            a_stage(said).sees("There is one.", 2, 1)

        assert "✓" not in said.getvalue()

    def test_may_come_a_little_later(self) -> None:
        looks = iter([0, 0, 1])

        a_stage(patience=5).soon("There is one.", lambda: next(looks), 1)

    def test_ends_the_play_when_it_does_not_come(self) -> None:
        with pytest.raises(NotSo, match="Expected 1, found 0"):
            a_stage().soon("There is one.", lambda: 0, 1)


class TestWhatIsRefused:
    def test_is_refused_with_the_code_that_is_said(self) -> None:
        def deed() -> None:
            raise refusing("too-young")

        a_stage().refuses("Nobody may.", "too-young", deed)

    def test_ends_the_play_when_the_code_is_another(self) -> None:
        def deed() -> None:
            raise refusing("no-capacity")

        with pytest.raises(NotSo, match="'no-capacity'"):
            a_stage().refuses("Nobody may.", "too-young", deed)

    def test_ends_the_play_when_it_is_done(self) -> None:
        with pytest.raises(NotSo, match="'done'"):
            a_stage().refuses("Nobody may.", "too-young", lambda: None)


class TestWhatAnotherServiceHasToHearFirst:
    def test_is_tried_until_it_was_heard(self) -> None:
        answers = iter([refusing("programme-not-found"), refusing("referral-not-accepted"), None])

        def deed() -> str:
            if (refused := next(answers)) is not None:
                raise refused
            return "done"

        assert a_stage(patience=5).heard(deed) == "done"

    def test_the_refusal_that_is_looked_for_is_not_waited_away(self) -> None:
        answers = iter([refusing("programme-not-found"), refusing("referral-not-accepted")])

        def deed() -> None:
            raise next(answers)

        a_stage(patience=5).refuses("Nobody may.", "referral-not-accepted", deed)

    def test_any_other_refusal_is_final(self) -> None:
        tries = []

        def deed() -> None:
            tries.append(1)
            raise refusing("no-capacity")

        with pytest.raises(Refused):
            a_stage(patience=5).heard(deed)
        assert len(tries) == 1


class TestThePace:
    def test_a_long_sentence_stands_longer_for_whoever_reads_along(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert seconds_for("One two three four.", monkeypatch, read_along=True) == pytest.approx(4 * SECONDS_A_WORD)

    def test_where_nobody_reads_along_nothing_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert seconds_for("One two three four.", monkeypatch, read_along=False) == 0

    def test_nobody_reads_along_in_what_is_no_terminal(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        paces = []
        monkeypatch.setattr("kith_cli.commands.demo.play_in_front", lambda *_, read_along: paces.append(read_along))

        CliRunner().invoke(main, ["demo", "--programme", "4", "--folder", str(tmp_path)])

        assert paces == [False]


def seconds_for(sentence: str, monkeypatch: pytest.MonkeyPatch, *, read_along: bool) -> float:
    """How long a stage rests after a sentence, by a clock that goes on only while it rests."""
    now = [0.0]
    monkeypatch.setattr(
        "kith_cli.journeys.stage.time",
        SimpleNamespace(monotonic=lambda: now[0], sleep=lambda rest: now.append(now.pop() + rest)),
    )
    a_stage(read_along=read_along).tell(sentence)
    return now[0]


class TestTheCast:
    def test_two_plays_of_one_journey_have_nothing_in_common(self) -> None:
        first, second = gather([A_JOURNEY, A_JOURNEY])

        assert not {one.client_id for one in first.clients} & {one.client_id for one in second.clients}
        assert not {one.organisation for one in first.clients} & {one.organisation for one in second.clients}

    def test_a_supporters_token_says_a_subject_that_names_nobody(self) -> None:
        [cast] = gather([A_JOURNEY])

        [nora] = [one for one in cast.clients if one.roles == {"supporter"}]
        assert nora.subject == cast.members["ours"].subjects["nora"]
        assert "nora" not in nora.subject


class TestTheCommand:
    def test_a_play_that_is_not_so_exits_with_1_and_says_what_was_to_be_seen(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def not_so(*_: object, **__: object) -> None:
            raise NotSo("This was to be seen and is not: There is one.")

        monkeypatch.setattr("kith_cli.commands.demo.play_in_front", not_so)

        answer = CliRunner().invoke(main, ["demo", "--programme", "4", "--folder", str(tmp_path)])

        assert answer.exit_code == 1
        assert "Error: This was to be seen and is not: There is one." in answer.output

    def test_a_programme_that_is_not_there_is_answered_with_those_that_are(self) -> None:
        answer = CliRunner().invoke(main, ["demo", "--programme", "99"])

        assert answer.exit_code == 2
        assert all(f"{word}  {one.title}" in answer.output for word, one in EVERY.items())

    def test_what_a_play_cannot_wait_for_is_said_at_the_end_with_where_it_is_shown(self) -> None:
        said = StringIO()
        stage = a_stage(said, journey=replace(A_JOURNEY, elsewhere=("a week, by another clock",), parts=()))

        play(stage)

        assert said.getvalue().rstrip().endswith("Shown elsewhere: a week, by another clock.")

    def test_all_that_a_play_cannot_wait_for_is_in_one_file_of_tests_that_is_there(self) -> None:
        elsewhere = [one for journey in JOURNEYS for one in journey.elsewhere]

        assert [one for one in elsewhere if BY_A_MOVED_CLOCK not in one] == []
        assert (Path(__file__).parents[2] / BY_A_MOVED_CLOCK).is_file()

    def test_there_are_twenty_in_the_order_of_the_table(self) -> None:
        numbers = [one.number for one in JOURNEYS]

        assert numbers == list(range(1, 21))
