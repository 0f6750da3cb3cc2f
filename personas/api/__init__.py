"""Services, blueprints, personas and groups through the API."""
