"""People: a third number, what else is known of them, who agrees for them, and what humans decided about records."""

from alembic import op

from kith_chassis.schema import secure

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    alter table people
        add column hc_number text,
        add column accessible_information text[] not null default '{}',
        add column interpreter text,
        add column strengths text[] not null default '{}',
        add column impacts text[] not null default '{}',
        add column safe_times text,
        add column risk_to_visitor text[] not null default '{}',
        add column do_not_contact boolean not null default false,
        add column agrees text not null default 'self',
        add column nation text,
        add column understands boolean not null default false,
        add column power_act text,
        add column power_seen_on date,
        add column power_expires_on date,
        add column version integer not null default 1,
        add column restricted boolean not null default false,
        add column died_on date,
        add column district text generated always as (split_part(postcode, ' ', 1)) stored
    """,
    "create index people_hc_number on people (hc_number) where hc_number is not null",
    # Row-level security lets an index be used for conditions that cannot leak: plain equality, and neither functions
    # of a column nor the operators of arrays. So the district is a column, and likeness is looked for by equality.
    """
    create index people_district_birth_date on people (district, birth_date)
        where district is not null and birth_date is not null
    """,
    # While a row is here, reads of the person show the other record. Both records stay as they are.
    """
    create table merges (
        person_id uuid primary key references people,
        into_id uuid not null references people,
        organisation_id uuid not null
    )
    """,
    "create index merges_into on merges (into_id)",
    # What humans decided about people's records: who, when, why. Nothing is ever changed or removed in it.
    """
    create table person_decisions (
        id uuid primary key,
        organisation_id uuid not null,
        person_id uuid not null references people,
        other_id uuid references people,
        kind text not null,
        reason text,
        subject text not null,
        client_id text not null,
        decided_at timestamptz not null
    )
    """,
    "create index person_decisions_person on person_decisions (person_id, kind)",
    "create index person_decisions_other on person_decisions (other_id, kind) where other_id is not null",
    # Who is counted together. ``members`` counts those who are referred, ``others`` the unnamed by their relation.
    """
    create table households (
        id uuid primary key,
        organisation_id uuid not null,
        others jsonb not null,
        members integer not null,
        version integer not null
    )
    """,
    """
    create table household_members (
        person_id uuid primary key references people,
        household_id uuid not null references households,
        organisation_id uuid not null,
        relation text
    )
    """,
    "create index household_members_household on household_members (household_id)",
    "alter table imported_rows add column mapping jsonb, add column resolution text",
    "drop policy people_sight on people",
)


def upgrade() -> None:
    """Add the columns and tables, and let sight follow a merge.

    Whoever sees a referral sees its person: that is the other record, while the person's own is merged into it.
    Whoever sees a member sees the household and how many it is, and of the other members those whose referrals they
    see. ``offset 0`` makes the merge one look into an index for each row; without it the planner may read all merges.
    """
    for statement in STATEMENTS:
        op.execute(statement)
    secure(
        op,
        "merges",
        "organisation_id = {org} or exists (select from referrals where referrals.person_id = merges.person_id)",
    )
    secure(
        op,
        "people",
        "organisation_id = {org} or exists (select from referrals where referrals.person_id = people.id)"
        " or exists (select from merges join referrals on referrals.person_id = merges.person_id"
        " where merges.into_id = people.id offset 0)",
    )
    secure(
        op,
        "household_members",
        "organisation_id = {org} or exists ("
        "select from referrals where referrals.person_id = household_members.person_id)",
    )
    secure(
        op,
        "households",
        "organisation_id = {org} or exists ("
        "select from household_members where household_members.household_id = households.id)",
    )
    secure(op, "person_decisions", "organisation_id = {org}")
