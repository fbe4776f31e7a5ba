"""HTTP as every Kith service speaks it: problems, safe repeats, versions, pages, and the application around them."""

from kith_chassis.http.application import NowDep, application
from kith_chassis.http.creates import Created, Nevertheless, create, forget_answers, forget_old_keys
from kith_chassis.http.links import leads_to
from kith_chassis.http.paging import CursorDep, Page, PageLimit, encode_cursor, page_of
from kith_chassis.http.problems import Problem, invalid, problem, problem_of
from kith_chassis.http.versions import ExpectedVersion, OptionalVersion, StaleVersion, check_version, etag

__all__ = [
    "Created",
    "CursorDep",
    "ExpectedVersion",
    "Nevertheless",
    "NowDep",
    "OptionalVersion",
    "Page",
    "PageLimit",
    "Problem",
    "StaleVersion",
    "application",
    "check_version",
    "create",
    "encode_cursor",
    "etag",
    "forget_answers",
    "forget_old_keys",
    "invalid",
    "leads_to",
    "page_of",
    "problem",
    "problem_of",
]
