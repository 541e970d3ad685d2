"""History in ClickHouse: its tables, what is written to them, and the questions they answer."""
