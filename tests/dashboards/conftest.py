"""What a dashboard's own tests call its draft."""

from __future__ import annotations

import pytest

from dashboards.content.models import Version


@pytest.fixture
def draft(working_draft: Version) -> Version:
    return working_draft
