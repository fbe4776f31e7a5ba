"""The audit in the place of the record of reads, whose rows become its first entries.

The old table stays as it is until a later release: the code before this one still writes it.
"""

from alembic import op

from kith_chassis.audit import install_audit_v1

revision = "0004"
down_revision = "0003"

MOVE = """
    insert into audit_tail (entry)
    select json_strip_nulls(json_build_object(
        'at', to_char(read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24\\:MI\\:SS.US"+00\\:00"'),
        'subject', subject,
        'client_id', client_id,
        'action', kind || '-contact-read',
        'about_kind', kind,
        'about_id', read_id,
        'purpose', purpose
    ))::text
    from reads order by read_at, id
"""


def upgrade() -> None:
    install_audit_v1(op)
    op.execute(MOVE)
