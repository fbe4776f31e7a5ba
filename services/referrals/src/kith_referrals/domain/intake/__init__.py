"""Other systems' exports: how a mapping says what a column means, how a row is read, and what becomes of it."""
