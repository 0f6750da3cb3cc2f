"""The form of a tile that shows a picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.errors import Invalid
from dashboards.content.pictures import FIELD, Taken, taken
from dashboards.forms.tile import TileForm


class ImageForm(TileForm):
    """``taken`` is the picture that was sent; without one the tile keeps that which it has."""

    type = "image"
    default_width = 6

    file = forms.FileField(
        label=_("Picture"), required=False,
        help_text=_("PNG, JPEG or WebP, at most 5 MB. What its file says of place, time and "
                    "camera is not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )  # fmt: skip
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=300,
        help_text=_("In words, for those who do not see it."),
    )
    picture = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: Taken | None = None
        self.order_fields(["file", "alt"])

    def clean_file(self) -> None:
        given = self.cleaned_data["file"]
        if given is None:
            return
        try:
            self.taken = taken(given)
        except Invalid as error:
            raise forms.ValidationError(str(error.message)) from error

    def clean(self) -> dict[str, Any]:
        if not self.taken and not self.data.get("picture") and FIELD not in self.errors:
            self.add_error(FIELD, _now("Choose a picture."))
        return super().clean()

    def tile(self, given: dict[str, Any]) -> dict[str, Any]:
        picture = self.taken.sha256 if self.taken is not None else given["picture"]
        return super().tile(given) | {"picture": picture, "alt": given["alt"]}
