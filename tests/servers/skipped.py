"""In continuous integration a test that must run and was skipped is a failure, and this says which."""

import pytest


class NothingSkippedInSilence:
    """A pytest plugin: remembers what was skipped although it carries a marker of tests that must run."""

    def __init__(self, must_run: frozenset[str], *, in_ci: bool) -> None:
        self._must_run = must_run
        self._in_ci = in_ci
        self._skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember."""
        if report.skipped and not hasattr(report, "wasxfail") and not self._must_run.isdisjoint(report.keywords):
            self._skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail."""
        if self._in_ci and self._skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which."""
        if self._in_ci and self._skipped:
            terminalreporter.section("skipped, but must run in continuous integration", red=True)
            for nodeid in self._skipped:
                terminalreporter.line(nodeid)
