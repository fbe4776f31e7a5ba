"""``docs/programmes.md``: how to write a programme's file, all programmes side by side, and each in its own words."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kith_cli.programmes import glossary, wording
from kith_cli.programmes.matrix import matrix, table
from kith_cli.programmes.standing import SCHEMA, may_stand
from kith_cli.programmes.wording import listed, spoken
from kith_contracts.programmes import Definition
from kith_contracts.programmes.words import PAIRED, Model

EXAMPLE: Final = """\
slug: allotment-mornings
name: Allotment mornings
description: People who live with pain meet on an allotment, dig as much as they can, and talk as much as they like.
models: [group]
formality: organised
who:
  summary: Anybody with a condition that hurts.
  needs: [isolation]
supporters:
  called: plot host
  roles: [facilitating-groups]
support:
  sessions: {minutes: 120, every_days: 7}
  length: {review_weeks: null}
  gathering: {most: 12, facilitators: 2, waiting_list: true}
"""

_OPENING: Final = f"""\
# Programmes

Generated from `deploy/programmes/` by `python -m kith_cli.programmes write`. Change the files, not this page.

A programme is one offer of peer support by one organisation. Everything that makes it this programme stands in one
file, and nothing of it in code: a new programme is a new file. Those that are here come from four published documents
about peer support; a comment in each file says which, and `[K]` marks what no document says and was chosen to begin
with. Change it to what is true of yours.

| short | document |
| --- | --- |
| RE | *Relative Experience: What is peer-to-peer support?*, Family and Childcare Trust |
| HH | *A Helping Hand: Consultations with service users about peer support*, Together, 2010 |
| MH | *Peer support*, Mental Health Foundation |
| LTC | *Peer Support in Long Term Conditions: The Basics*, Mental Health Foundation, 2013 |

## How to write one

1. **Find the nearest.** Look through the tables below for a programme that works as yours does.
2. **Copy its file**, or say only what differs: `extends: its-slug` takes over everything else. Mappings are merged; a
   list, a word or a number takes the place of what was there, and `null` takes it away. A variant extends a whole file
   in the same folder, never another variant.
3. **Call it by its slug.** `slug: allotment-mornings` is the file `allotment-mornings.yaml`. It stands in addresses
   that people see and it does not change, so it says nothing that would hurt somebody to read.
4. **Choose the formality first.** *Informal* is an entry in the directory and, if members wish, a headcount;
   *organised* has dated meetings; *formal* keeps the full record. A file that asks people for more than its level is
   refused.
5. **Write what people read in plain words:** `name`, `description`, `who.summary`, `supporters.called`. Almost all else
   are codes.
6. **Check it:** `kith programmes check allotment-mornings.yaml` shows every fault at its line, and what may stand
   there. `kith programmes schema` prints a JSON Schema with which an editor helps while you write.
7. **Apply it:** `kith programmes diff allotment-mornings.yaml` says what would change, and `kith programmes apply` puts
   it in force, as the network's operator; the first time with `--organisation` and the id of whose programme it is.
   Each change is a version of its own. A running match keeps the version with which it began. A network file, such as
   `deploy/sample-network/network.yaml`, names the file as its programme's `definition`: then `kith up` applies it.

The smallest useful file looks like this; what is not said is as [the last chapter](#what-a-file-may-say) has it.

```yaml
{EXAMPLE}```

It is YAML with fewer surprises: only `true` and `false` are truths, dates and times are words, a key stands once, and
nothing points to another place in the file."""

_REFERENCE: Final = """\
## What a file may say

Every key, what may stand there, and what it means. `[]` is each item of a list, `*` each name in a mapping."""


def page(programmes: Sequence[Definition]) -> str:
    """The whole page. Variants follow what they extend; else programmes stand by their slugs."""
    told = sorted(programmes, key=lambda one: (one.extends or one.slug, one.extends is not None, one.slug))
    chapters = [
        _OPENING,
        f"## Side by side\n\n{matrix(told)}",
        "## Each in its own words",
        *("\n".join(_chapter(one)) for one in told),
        _REFERENCE,
        table(("where", "what may stand there", "what it means"), list(_inside(SCHEMA, ""))),
        "## What the codes mean",
        table(("where", "code", "what it means"), glossary.rows()),
    ]
    return "\n\n".join(chapters) + "\n"


def _chapter(told: Definition) -> Iterator[str]:
    yield f'<a id="{told.slug}"></a>\n\n### {told.name}\n'
    yield f"{told.description}\n"
    file = f"[`{told.slug}.yaml`](../deploy/programmes/{told.slug}.yaml)"
    yield f"- **File:** {file}{f', a variant of [{told.extends}](#{told.extends})' if told.extends else ''}."
    came = "" if told.who.referrable else " Nobody is referred: they are met, or come, without a name."
    yield f"- **For:** {told.who.summary} Age: {wording.ages(told)}.{came}{_whom(told)}{_reached(told)}"
    yield f"- **Given by:** {_supporter(told)}"
    yield f"- **How:** {listed(told.models)}; {wording.length(told)}.{_sessions(told)}{_gathering(told)}"
    if told.matching:
        yield f"- **A good match:** {_match(told)}"
    if told.support.components:
        yield f"- **With:** {spoken(told.support.components)}."
    if told.evaluation.outcomes:
        hoped = {wording.OUTCOME_OF[of]: codes for of, codes in told.evaluation.outcomes.items() if codes}
        hopes = "; ".join(f"for {whose}: {spoken(codes)}" for whose, codes in hoped.items())
        yield f"- **Hopes,** {hopes}."
    if told.evaluation.results:
        proposed = told.evaluation.results.proposed
        many = f" Proposed: {proposed:,} families." if proposed else ""
        yield f"- **Paid by results:** {wording.results(told)}.{many}"
    if told.approval:
        needed = f"it is applied once {told.approval.needed} of them have said yes"
        yield f"- **Whose file it is:** that of the {spoken([told.approval.by])}; {needed}."


def _whom(told: Definition) -> str:
    said = {
        "Why it may help": told.who.needs,
        "They live with": told.who.conditions,
        "Among them": told.who.circumstances,
    }
    return "".join(f" {words}: {spoken(codes)}." for words, codes in said.items() if codes)


def _supporter(told: Definition) -> str:
    kept = told.supporters
    steps = f" Before they start: {spoken(kept.steps)}." if kept.steps else ""
    return f"{kept.called} ({wording.PAY[kept.pay]}): {spoken(kept.roles)}.{steps}"


def _sessions(told: Definition) -> str:
    cadence = wording.cadence(told)
    about = f" About: {spoken(told.support.sessions.topics)}." if told.support.sessions.topics else ""
    return f"{f' Sessions: {cadence}.' if cadence != wording.NOTHING else ''}{about}"


def _reached(told: Definition) -> str:
    return f" Reached only: {spoken(told.who.reached_by)}." if told.who.reached_by else ""


def _gathering(told: Definition) -> str:
    kept = told.support.gathering
    if kept is None:
        return ""
    parts = [f"{kept.most} places" if kept.most else "whoever comes"]
    parts += [f"{kept.meetings} meetings"] if kept.meetings else []
    parts += ["members decide what it does"] if kept.led_by_members else []
    parts += ["members set goals together"] if kept.members_set_goals else []
    return f" Together: {listed(parts)}."


def _match(told: Definition) -> str:
    if told.matching is None:
        return ""
    rules = f" Always: {spoken(told.matching.rules)}." if told.matching.rules else ""
    near = "; ".join(f"{one.replace('-', ' ')}: {spoken(others)}" for one, others in told.matching.related.items())
    related = f" Near it, for {told.matching.related_percent} % of the points: {near}." if near else ""
    argument = f" Why: {told.matching.argument}" if told.matching.argument else ""
    asked = PAIRED & set(told.models) - {Model.MUTUAL_EXCHANGE}
    silence = f" A supporter answers within {told.matching.offers.answer_hours} hours." if asked else ""
    return f"{wording.weights(told)}.{related}{rules}{argument}{silence}"


def _inside(node: dict[str, Any], above: str) -> Iterator[tuple[str, str, str]]:
    for key, field in node.get("properties", {}).items():
        where = f"{above}{key}"
        kind = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
        inner = _nested(kind)
        means = field.get("description", "")
        default = f" *Default: {_default(field['default'])}.*" if "default" in field and not inner else ""
        must = " **Must be there.**" if key in node.get("required", ()) else ""
        yield f"`{where}`", "its own keys, below" if inner else may_stand(field), f"{means}{default}{must}".strip()
        if inner:
            inside, step = inner
            yield from _inside(inside, f"{where}{step}.")


def _nested(kind: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
    """What lies inside a mapping, a list of mappings, or a mapping by name; None where nothing has keys of its own."""
    further = kind.get("additionalProperties")
    steps = ((kind, ""), (kind.get("items"), "[]"), (further if isinstance(further, dict) else None, ".*"))
    return next(((inside, step) for inside, step in steps if inside and "properties" in inside), None)


def _default(value: Any) -> str:
    if value is None or value in ([], {}):
        return "none"
    return listed(map(str, value)) if isinstance(value, list) else str(value).lower()
