"""The pieces that pages are made of. Each tag's markup is in ``templates/components``."""

from __future__ import annotations

from django import template

from ace_portal.lib.ui import blocks, figures, filters, forms, lists, navigation, parts

register = template.Library()
for kind in (parts, lists, navigation, blocks, forms, figures, filters):
    register.tags.update(kind.register.tags)
