"""Run by Alembic for a migration; the connection is handed over by `labeller.storage`."""

from alembic import context

from labeller.schema import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
