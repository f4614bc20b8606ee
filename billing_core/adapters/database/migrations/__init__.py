"""One Alembic history for SQLite and PostgreSQL."""
