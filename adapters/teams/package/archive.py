"""What does an admin upload? A zip with the manifest, its translations and the two icons, side by side."""

import io
import json
import zipfile
from importlib.resources import files
from typing import Any

from adapters.teams.package.icons import COLOR, OUTLINE
from adapters.teams.package.manifest import Installation, in_language, manifest, translations

MANIFEST = "manifest.json"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can say."""


class NoPackage(ValueError):
    """Something else than a package of ours."""


def app_package(here: Installation) -> bytes:
    """The package for `here`: the same bytes wherever and whenever it is made."""
    contents = {
        MANIFEST: _as_json(manifest(here)),
        **{file: _as_json(in_language(here, file.removesuffix(".json"))) for file in translations().values()},
        **{icon: (files(__package__) / icon).read_bytes() for icon in (COLOR, OUTLINE)},
    }
    made = io.BytesIO()
    # Stored, not packed: how small a library packs is its own affair, and would show in the bytes.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def manifest_in(package: bytes) -> dict[str, Any]:
    """The manifest that lies in `package`. Raises NoPackage."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            found: Any = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise NoPackage("no zip with a manifest in it") from None
    if not isinstance(found, dict):
        raise NoPackage("no zip with a manifest in it")
    return found


def _as_json(said: dict[str, Any] | dict[str, str]) -> bytes:
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()
