"""Where Alembic finds the tables and the connection, which the caller always passes."""

from __future__ import annotations

from alembic import context

from service.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True)
context.run_migrations()
