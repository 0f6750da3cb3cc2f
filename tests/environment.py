"""What the settings read in tests; a plugin, because Django is set up before any conftest."""

from __future__ import annotations

import gc
import os
import secrets
import tempfile

# Until the tests are found there is nothing but what stays: see ``pytest_collection_finish``.
gc.disable()

os.environ["ACE_ENV"] = "test"
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
os.environ.setdefault("ACE_DATA_DIR", tempfile.mkdtemp(prefix="ace-test-"))
