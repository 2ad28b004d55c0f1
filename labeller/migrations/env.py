"""Run by Alembic for a migration; the connection is handed over by `labeller.storage`."""

from alembic import context

from labeller.schema import Base

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=Base.metadata,
    on_version_apply=attributes["applied"],
)
context.run_migrations()
