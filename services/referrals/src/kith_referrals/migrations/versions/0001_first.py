"""Organisations, programmes, people, referrals, consents, imported rows and the audit of reads."""

from alembic import op

from kith_chassis.schema import install_v1, secure

revision = "0001"
down_revision = None

TABLES = (
    """
    create table organisations (
        id uuid primary key,
        name text not null,
        kind text not null,
        ods_code text,
        contact_email text
    )
    """,
    """
    create table programmes (
        id uuid primary key,
        organisation_id uuid not null references organisations,
        slug text not null constraint programmes_slug unique,
        name text not null,
        model text not null,
        formality text not null,
        minimum_age integer,
        maximum_age integer,
        checks_required boolean not null,
        channels text[] not null,
        weights jsonb not null
    )
    """,
    # People and referrals name organisations and programmes without a foreign key: those are never deleted, and a key
    # would make every referral of a busy network share-lock the same few rows.
    """
    create table people (
        id uuid primary key,
        organisation_id uuid not null,
        family_name text not null,
        given_name text,
        birth_date date,
        nhs_number text,
        chi_number text,
        postcode text,
        email text,
        telephone text,
        contact_by text[] not null,
        language text not null,
        likeness bytea
    )
    """,
    "create index people_nhs_number on people (nhs_number) where nhs_number is not null",
    "create index people_chi_number on people (chi_number) where chi_number is not null",
    "create index people_likeness on people (likeness) where likeness is not null",
    """
    create table referrals (
        id uuid primary key,
        person_id uuid not null references people,
        referring_organisation_id uuid not null,
        programme_id uuid not null,
        programme_organisation_id uuid not null,
        submitted_at timestamptz not null,
        status text not null,
        version integer not null,
        decided_at timestamptz,
        decision_reason text,
        matched_at timestamptz,
        ended_at timestamptz,
        closed_at timestamptz,
        closing_reason text,
        source text not null,
        received_on date not null,
        needs text[] not null,
        conditions text[] not null,
        interests text[] not null,
        requested text[] not null,
        channels text[] not null,
        urgent boolean not null,
        notes text,
        source_reference text,
        details jsonb not null
    )
    """,
    "create index referrals_person on referrals (person_id)",
    "create index referrals_referring on referrals (referring_organisation_id, id)",
    "create index referrals_programme on referrals (programme_organisation_id, id)",
    """
    create unique index referrals_source_reference on referrals (referring_organisation_id, source_reference)
        where source_reference is not null
    """,
    """
    create table consents (
        referral_id uuid not null references referrals,
        purpose text not null,
        referring_organisation_id uuid not null,
        programme_organisation_id uuid not null,
        state text not null,
        recorded_on date not null,
        how text not null,
        wording_version text,
        primary key (referral_id, purpose)
    )
    """,
    """
    create table imported_rows (
        organisation_id uuid not null,
        source_reference text not null,
        id uuid not null,
        row integer not null,
        file_name text,
        digest bytea not null,
        outcome text not null,
        duplicate_of text,
        referral_id uuid,
        cells jsonb,
        imported_at timestamptz not null,
        primary key (organisation_id, source_reference)
    )
    """,
    "create index imported_rows_waiting on imported_rows (organisation_id, id) where outcome = 'possible-duplicate'",
    """
    create table reads (
        id uuid primary key,
        read_at timestamptz not null,
        subject text not null,
        client_id text not null,
        kind text not null,
        read_id uuid not null,
        purpose text not null
    )
    """,
)


def upgrade() -> None:
    """Make the tables, and let each organisation see what it may.

    The organisation that referred sees the referral and its person; the one that owns the programme sees them while
    the person agrees to share (``domain.referral.may_see``). Who read what is for the network's operator alone.
    """
    install_v1(op)
    for statement in TABLES:
        op.execute(statement)
    secure(op, "consents", "{org} in (referring_organisation_id, programme_organisation_id)")
    secure(
        op,
        "referrals",
        "referring_organisation_id = {org} or (programme_organisation_id = {org} and exists ("
        "select from consents where consents.referral_id = referrals.id and consents.purpose = 'share-referral'"
        " and consents.state = 'granted'))",
    )
    secure(
        op,
        "people",
        "organisation_id = {org} or exists (select from referrals where referrals.person_id = people.id)",
    )
    secure(op, "imported_rows", "organisation_id = {org}")
    secure(op, "reads", "false")
