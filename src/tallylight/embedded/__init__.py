"""PostgreSQL, ClickHouse, a mailbox and the supervisor for one machine: nobody outside knows which engines it talks to."""
