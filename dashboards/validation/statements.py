"""The System Usability Scale (John Brooke, 1996): ten statements, 1 disagree to 5 agree.

The words are the published instrument; other words would be another scale.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SUS = (
    _("I think that I would like to use this system frequently."),
    _("I found the system unnecessarily complex."),
    _("I thought the system was easy to use."),
    _("I think that I would need the support of a technical person to be able to use this system."),
    _("I found the various functions in this system were well integrated."),
    _("I thought there was too much inconsistency in this system."),
    _("I would imagine that most people would learn to use this system very quickly."),
    _("I found the system very cumbersome to use."),
    _("I felt very confident using the system."),
    _("I needed to learn a lot of things before I could get going with this system."),
)
