"""The system of record: SQLAlchemy Core on SQLite or PostgreSQL."""
