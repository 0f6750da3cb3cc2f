"""Addresses that answer with JSON, page by page, as sources."""
