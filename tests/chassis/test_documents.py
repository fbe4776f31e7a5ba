"""What the documents say of settings and metrics is what there is."""

from pathlib import Path

from kith_chassis import telemetry
from kith_chassis.settings import MigrationSettings, ServiceSettings, settings_table
from kith_notifications.settings import Settings as NotificationsSettings
from kith_referrals.settings import Settings as ReferralsSettings

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_documents_name_every_setting_as_it_is() -> None:
    assert settings_table(ServiceSettings, MigrationSettings, NotificationsSettings, ReferralsSettings) in OPERATIONS


def test_the_documents_name_every_metric_as_it_is_and_no_other() -> None:
    assert telemetry.metrics_table() in OPERATIONS
    assert OPERATIONS.count("| `kith_") == len(telemetry.METRICS)
