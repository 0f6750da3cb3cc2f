"""People and what they may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.models import BaseModel
from ace_portal.lib.zones import zone_names

MOST_ATTRIBUTES, LONGEST_NAME = 20, 40
MOST_VALUES, LONGEST_VALUE = 200, 200


def default_time_zone() -> str:
    return str(settings.DEFAULT_USER_TIME_ZONE)


def validate_time_zone(value: str) -> None:
    if value not in zone_names():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        """The first administrator comes from the command line, never from a web page."""
        return self.create_user(email, password, is_admin=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


def validate_attributes(value: object) -> None:
    """Names and their values, all of them short texts."""
    if not isinstance(value, dict) or len(value) > MOST_ATTRIBUTES:
        raise ValidationError(_("At most %(n)d attributes."), params={"n": MOST_ATTRIBUTES})
    for name, values in value.items():
        if not 0 < len(name) <= LONGEST_NAME:
            message = _("The name of an attribute has at most %(n)d letters.")
            raise ValidationError(message, params={"n": LONGEST_NAME})
        if len(values) > MOST_VALUES or any(len(one) > LONGEST_VALUE for one in values):
            message = _("An attribute has at most %(n)d values of %(m)d letters.")
            raise ValidationError(message, params={"n": MOST_VALUES, "m": LONGEST_VALUE})


class User(BaseModel, AbstractBaseUser):
    """A person, who signs in by email and reads times in a zone of their own."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("email"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    job_title = models.CharField(_("what you do"), max_length=120, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    theme = models.CharField(_("theme"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(_("active"), default=True)
    is_admin = models.BooleanField(_("administrator"), default=False)
    is_ace = models.BooleanField(_("ACE member"), default=False)
    may_manage_data = models.BooleanField(_("manages data"), default=False)
    #: what an administrator says of a person, by name: which rows of data are theirs, for example
    attributes: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        _("attributes"), default=dict, blank=True, validators=[validate_attributes]
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ci_unique")]

    def __str__(self) -> str:
        return self.name
