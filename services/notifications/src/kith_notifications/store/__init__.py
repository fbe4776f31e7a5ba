"""SQL that changes what this service holds. A batch is one statement, however long it is."""
