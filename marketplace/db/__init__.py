"""The database: the base of every table, the session, the jobs, and PostgreSQL's own server when none is given."""
