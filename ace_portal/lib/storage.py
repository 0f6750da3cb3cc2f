"""Static files under names that carry their content's hash, compressed once."""

from __future__ import annotations

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class QuickCompressor(Compressor):
    """Brotli at quality 9: the last 2 % of the chart bundle would cost ten seconds of the start."""

    def compress_brotli(self, data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=9))


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed names in templates, style sheets and the imports of ES modules."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return QuickCompressor(**kwargs)
