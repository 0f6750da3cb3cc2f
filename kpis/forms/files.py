"""The field that takes a file, with the words that the browser says about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ace_portal.lib.bodies import too_large
from kpis.sources.registry import FILE_SOURCES


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput,
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "CSV, TSV, Excel (.xlsx), Parquet or JSON, at most %(most)s. The first row names "
            "the columns."
        ) % {"most": filesizeformat(most)}
        suffixes = [suffix for source in FILE_SOURCES.values() for suffix in source.suffixes]
        # The browser says so before it sends what nobody would read.
        self.fields["file"].widget.attrs |= {
            "accept": ",".join(suffixes), "data-most": str(most),
            "data-too-large": too_large().message,
            "data-wrong-kind": _("That kind of file cannot be read here: %(kinds)s can.")
            % {"kinds": ", ".join(suffixes)},
            "data-sending": _("Sending the file"),
            "data-sent": _("The file is here. Looking at what is in it."),
            "data-broken": _("The connection broke off, and nothing was kept. Send it again."),
        }  # fmt: skip
