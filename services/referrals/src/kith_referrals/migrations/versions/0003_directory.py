"""What the public directory says of organisations and programmes, where programmes take place, and words to find them.

Nothing here holds people, so nothing is fenced: the directory is public.
"""

from uuid import uuid5

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORDS = r"""
    create function directory_words(texts text[]) returns tsvector language sql immutable parallel safe as $$
        select to_tsvector('pg_catalog.english', plain.words) || to_tsvector('pg_catalog.simple', plain.words)
        from (
            select regexp_replace(
                regexp_replace(normalize(array_to_string(texts, ' '), nfkd), '[\u0300-\u036f]+', '', 'g'),
                '[[:punct:]]+', ' ', 'g'
            ) as words
        ) as plain
    $$
"""
"""Words by their stems and as they are, without punctuation and marks over letters (``domain.directory``)."""

ORGANISATIONS = """
    alter table organisations
        add column description text,
        add column url text,
        add column charity_number text,
        add column charity_regulator text
"""
PROGRAMMES = """
    alter table programmes
        add column description text,
        add column url text,
        add column email text,
        add column telephone text,
        add column status text not null default 'active',
        add column needs text[] not null default '{}',
        add column conditions text[] not null default '{}',
        add column districts text[] not null default '{}',
        add column opens text,
        add column capacity text not null default 'open',
        add column expected_wait_days integer,
        add column assured_on date,
        add column assurer_email text,
        add column organisation_name text not null default '',
        add column published_at timestamptz not null default now(),
        add column modified_at timestamptz not null default now()
"""
WITH_NAMES = """
    update programmes set organisation_name = organisations.name
    from organisations where organisations.id = programmes.organisation_id
"""
FOUND_BY = (
    """
    alter table programmes add column words tsvector generated always as (
        directory_words(
            array[name, organisation_name, coalesce(description, '')] || needs || conditions || districts
        )
    ) stored
    """,
    "create index programmes_words on programmes using gin (words)",
    "create index programmes_organisation on programmes (organisation_id, id)",
)
PLACES = (
    """
    create table places (
        id uuid primary key,
        programme_id uuid not null references programmes,
        channel text not null,
        district text
    )
    """,
    "create index places_programme on places (programme_id)",
)


def upgrade() -> None:
    """Add them. Programmes that are here have no districts yet, so each takes place once by each of its channels."""
    for statement in (WORDS, ORGANISATIONS, PROGRAMMES, WITH_NAMES, *FOUND_BY, *PLACES):
        op.execute(statement)
    here = op.get_bind()
    found = [
        {"id": uuid5(id_, channel), "programme_id": id_, "channel": channel}
        for id_, channels in here.execute(sa.text("select id, channels from programmes"))
        for channel in dict.fromkeys(channels)
    ]
    if found:
        here.execute(
            sa.text("insert into places (id, programme_id, channel) values (:id, :programme_id, :channel)"), found
        )
