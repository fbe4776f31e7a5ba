import sqlalchemy as sa

from kith_matching.tables import metadata
from tests.matching.stage import Stage

COLUMNS = sa.text(
    "select table_name, column_name, is_nullable = 'YES' as nullable,"
    " format_type(a.atttypid, a.atttypmod) as kind"
    " from information_schema.columns c join pg_attribute a"
    " on a.attrelid = to_regclass(c.table_name) and a.attname = c.column_name"
    " where table_schema = 'public'"
)
SECURED = sa.text("select relname from pg_class where relrowsecurity")


async def test_the_tables_are_as_the_code_describes_them(stage: Stage) -> None:
    async with stage.database.transaction(stage.caller) as tx:
        dialect = tx.dialect
        found = {(row.table_name, row.column_name): (row.nullable, row.kind) for row in await tx.execute(COLUMNS)}

    described = {
        (table.name, column.name): (column.nullable, column.type.compile(dialect).lower())
        for table in metadata.tables.values()
        for column in table.columns
    }

    assert described == {key: found[key] for key in described}
    owned = {table for table, _ in described}
    assert {key for key in found if key[0] in owned} == set(described)


async def test_every_table_is_fenced_but_the_public_ones(stage: Stage) -> None:
    async with stage.database.transaction(stage.caller) as tx:
        secured = set((await tx.execute(SECURED)).scalars())

    assert set(metadata.tables) - secured == {"organisations", "programmes", "programme_versions"}
