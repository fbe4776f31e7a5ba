"""The import contracts of pyproject.toml really bite: each is broken on purpose in a copy, and each breach is named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.shape import REPOSITORY

PLANTED = {
    "services/matching/src/kith_matching/api.py": "import kith_referrals",
    "shared/cli/src/kith_cli/planted.py": "import kith_reporting",
    "shared/chassis/src/kith_chassis/clock.py": "import kith_notifications",
    "shared/contracts/src/kith_contracts/fact.py": "import fastapi",
    "services/referrals/src/kith_referrals/store.py": "import kith_referrals.usecases",
    "services/reporting/src/kith_reporting/toolbox.py": '"""A room that nobody agreed on."""',
    "services/referrals/src/kith_referrals/domain/planted.py": "import sqlalchemy",
    "services/matching/src/kith_matching/domain/score.py": "import kith_matching.domain.competencies",
}
BREACHES = (
    "kith_matching is not allowed to import kith_referrals",
    "kith_cli is not allowed to import kith_reporting",
    "kith_chassis is not allowed to import kith_notifications",
    "kith_contracts is not allowed to import fastapi",
    "kith_referrals.store is not allowed to import kith_referrals.usecases",
    "toolbox",
    "kith_referrals.domain is not allowed to import sqlalchemy",
    "kith_matching.domain.score is not allowed to import kith_matching.domain.competencies",
)


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the house in which every contract is broken."""
    copy = tmp_path_factory.mktemp("house")
    sources = [*REPOSITORY.glob("shared/*/src"), *REPOSITORY.glob("services/*/src")]
    for source in sources:
        shutil.copytree(source, copy / source.relative_to(REPOSITORY), ignore=shutil.ignore_patterns("__pycache__"))
    for name, line in PLANTED.items():
        path = copy / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", REPOSITORY / "pyproject.toml", "--no-cache"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(copy / each.relative_to(REPOSITORY)) for each in sources)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout + found.stderr
    return " ".join(found.stdout.split())


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_is_caught(complaints: str, breach: str) -> None:
    assert breach in complaints
