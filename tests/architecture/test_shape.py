"""The house keeps its shape: every rule of shape.py holds here, and breaks where it should."""

from pathlib import Path

import pytest

from tests.architecture import shape

BAD: dict[shape.Rule, dict[str, str]] = {
    shape.every_file_can_be_read_in_one_sitting: {"services/x/src/kith_x/store.py": '"""Doc."""\n' * 301},
    shape.every_name_says_what_lies_inside: {"shared/x/src/kith_x/utils/dates.py": '"""Doc."""\n'},
    shape.every_module_says_what_it_is_for: {"shared/x/src/kith_x/dates.py": "import os\n"},
    shape.every_service_has_the_agreed_rooms: {"services/x/src/kith_x/managers/person.py": '"""Doc."""\n'},
    shape.every_service_says_what_it_owns_hears_and_tells: {
        "services/x/src/kith_x/main.py": '"""Doc."""\n',
        "services/x/README.md": "# x\n\n## Owns\n\n## Hears\n\nIt tells nobody.\n",
    },
    shape.every_service_ships_its_migrations: {"services/x/src/kith_x/migrations/env.py": '"""Doc."""\n'},
    shape.services_leave_transactions_scope_and_broker_to_the_chassis: {
        "services/x/src/kith_x/usecases.py": "await tx.commit()\n"
    },
    shape.only_outgoing_tells_facts: {"services/x/src/kith_x/usecases.py": "from kith_chassis import outbox\n"},
    shape.only_main_reads_settings: {"services/x/src/kith_x/api.py": "from kith_x.settings import Settings\n"},
    shape.the_domain_stands_on_the_standard_library_alone: {
        "services/x/src/kith_x/domain/rules.py": "from pydantic import BaseModel\n"
    },
}
GOOD = {
    "shared/y/src/kith_y/dates.py": '"""Doc."""\n',
    "services/x/README.md": "# x\n\n## Owns\n\n## Hears\n\n## Tells\n",
    "services/x/src/kith_x/__init__.py": '"""Doc."""\n',
    "services/x/src/kith_x/main.py": '"""Doc."""\nfrom kith_x.settings import Settings\n',
    "services/x/src/kith_x/store.py": '"""Doc."""\nfrom kith_chassis.outbox import telling\n',
    "services/x/src/kith_x/outgoing.py": '"""Doc."""\nfrom kith_chassis import outbox\n',
    "services/x/src/kith_x/domain/rules.py": '"""Doc."""\nimport datetime\n\nfrom kith_x.domain.people import Person\n',
    "services/x/src/kith_x/migrations/env.py": '"""Doc."""\n',
    "services/x/src/kith_x/migrations/versions/0001_first.py": '"""Doc."""\n' * 301,
}


def build(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: shape.Rule) -> None:
    assert list(rule(shape.REPOSITORY)) == []


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_a_breach_is_seen_by(rule: shape.Rule, tmp_path: Path) -> None:
    root = build(tmp_path, BAD[rule])

    assert len(list(rule(root))) == 1


@pytest.mark.parametrize("rule", shape.RULES, ids=lambda rule: rule.__name__)
def test_a_good_service_passes(rule: shape.Rule, tmp_path: Path) -> None:
    root = build(tmp_path, GOOD)

    assert list(rule(root)) == []


@pytest.mark.parametrize("words", shape.NOT_IN_SERVICES)
def test_a_service_may_not_say(words: str, tmp_path: Path) -> None:
    root = build(tmp_path, {"services/x/src/kith_x/store.py": f"a\nb {words} c\n"})

    found = list(shape.services_leave_transactions_scope_and_broker_to_the_chassis(root))

    assert [line.split(" says")[0] for line in found] == ["services/x/src/kith_x/store.py:2"]
