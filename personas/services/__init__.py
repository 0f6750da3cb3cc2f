"""Every write to services, blueprints, personas and groups."""
