"""Data and KPIs through the API."""
