"""The metadata all tables belong to, and how one is declared: STRICT on SQLite, named constraints."""

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def required(name: str, type_: Any, *items: SchemaItem, **options: Any) -> Column[Any]:
    """A column that is never NULL."""
    return Column(name, type_, *items, nullable=False, **options)


def optional(name: str, type_: Any, *items: SchemaItem, **options: Any) -> Column[Any]:
    """A column that may be NULL."""
    return Column(name, type_, *items, nullable=True, **options)


def table(name: str, *items: SchemaItem, clustered: bool = False) -> Table:
    """A table of the system of record; `clustered` keeps its rows inside the primary key on SQLite."""
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_with_rowid=not clustered)


def fact_reference(column: str, target: str) -> ForeignKeyConstraint:
    """What a row of facts that charging writes refers to; declared on SQLite alone.

    PostgreSQL looks every reference up with a query of its own, which took a third of a batch. Charging has read and
    locked what it refers to in the same transaction, what is referred to is never deleted, and the self-audit looks
    for facts without their owner.
    """
    return ForeignKeyConstraint([column], [target]).ddl_if(dialect="sqlite")
