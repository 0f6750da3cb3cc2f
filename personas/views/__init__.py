"""Pages of services, blueprints, personas and groups."""
