"""The form of a tile that shows a picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import Invalid
from ace_portal.lib.forms import field_of
from dashboards.content.pictures import FIELD, Taken, taken
from dashboards.forms.tile import TileForm


class ImageForm(TileForm):
    """``taken`` is the picture that was sent; without one the tile keeps that which it has."""

    type = "image"
    default_width = 6

    file = forms.FileField(
        label=_("Picture"), error_messages={"required": _("Choose a picture.")},
        help_text=_("PNG, JPEG or WebP, at most 5 MB. What its file says of place, time and "
                    "camera is not kept."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )  # fmt: skip
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=300,
        help_text=_("In words, for those who do not see it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: Taken | None = None
        field_of(self, FIELD, forms.FileField).required = not self.initial.get("picture")
        self.order_fields(["file", "alt"])

    def title_help(self) -> str:
        return ""

    def clean_file(self) -> None:
        given = self.cleaned_data["file"]
        if given is None:
            return
        try:
            self.taken = taken(given)
        except Invalid as error:
            raise forms.ValidationError(str(error.message)) from error

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        picture = self.taken.sha256 if self.taken is not None else self.initial["picture"]
        return super().tile(given) | {"picture": picture, "alt": given["alt"]}
