"""Forty KPIs of IT services as templates: choose one, say which column plays which role."""
