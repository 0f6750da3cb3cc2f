"""The web process's entry."""

import atexit
import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")

application = get_wsgi_application()

# What is loaded now stays; looking through it for garbage took a tenth of the time of a page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
atexit.register(gc.unfreeze)
