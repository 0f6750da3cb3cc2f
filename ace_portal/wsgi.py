"""The web process's entry."""

import gc
import os

gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from ace_portal.lib.calls import roomy  # noqa: E402
from ace_portal.lib.loading import keep_loaded  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")

application = roomy(get_wsgi_application())
_pages = get_resolver().url_patterns  # else the first visitor waits for all of them
keep_loaded()
