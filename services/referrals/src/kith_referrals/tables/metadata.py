"""What all tables have in common."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

METADATA: Final = sa.MetaData()
INSTANT: Final = sa.DateTime(timezone=True)
TEXTS: Final = ARRAY(sa.Text)
