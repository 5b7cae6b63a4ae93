"""What a file is, told by its bytes and never by its name; photos saved anew.

A photo from a phone carries where and when it was taken, and bytes after the picture can carry
anything. It is therefore decoded and written again; the form says so. Other files stay as they are.
"""

import io
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from portal.core.errors import DomainError

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Media type -> ending of the name.
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    _WORD: "docx",
    _SHEET: "xlsx",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
}
ACCEPTED = ",".join(f".{ending}" for ending in (*ENDINGS.values(), "jpeg"))
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_VIDEO = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"}
_HEIC = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}
# A phone's picture has about 12 million points; more than this would fill the memory.
_MAX_POINTS, _MAX_SIDE = 60_000_000, 2560


@dataclass(frozen=True)
class CleanFile:
    name: str
    media_type: str
    content: bytes


def media_type_of(content: bytes) -> str:
    """The media type of one of the kinds we keep, or "" for everything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "audio/mp4" if brand == b"M4A " else "video/mp4" if brand in _VIDEO else ""
    return _office_type(content) if content.startswith(b"PK\x03\x04") else ""


def _office_type(content: bytes) -> str:
    """Word and Excel without macros; any other archive is nothing we keep."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    if "[Content_Types].xml" not in names or any("vbaproject" in n.lower() for n in names):
        return ""
    return _WORD if "word/document.xml" in names else _SHEET if "xl/workbook.xml" in names else ""


def check_size(name: str, size: int, max_bytes: int) -> None:
    """Raises DomainError for an empty file and one over the limit, before it is read."""
    name = _plain_name(name)
    if not size:
        raise DomainError(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    if size > max_bytes:
        raise DomainError(
            _("“%(name)s” has %(size)s MB; a file may have %(most)s MB. Send a smaller one, or "
              "several.")
            % {"name": name, "size": f"{size / 2**20:.1f}", "most": f"{max_bytes / 2**20:g}"}
        )  # fmt: skip


def clean_file(name: str, content: bytes, max_bytes: int) -> CleanFile:
    """The file as it may be kept. Raises DomainError with what is wrong and what to do."""
    check_size(name, len(content), max_bytes)
    name = _plain_name(name)
    media_type = media_type_of(content)
    if not media_type:
        if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
            raise DomainError(
                _(
                    "“%(name)s” is a HEIC picture, which most computers cannot open. Send it as JPEG."
                )
                % {"name": name}
            )
        raise DomainError(
            _("“%(name)s” is not a kind of file that can be kept. Pictures (JPG, PNG, WEBP), PDF, "
              "Word and Excel without macros, MP4 and M4A can.")
            % {"name": name}
        )  # fmt: skip
    if media_type in _FORMATS:
        content = _drawn_anew(name, content, _FORMATS[media_type])
    return CleanFile(_with_ending(name, ENDINGS[media_type]), media_type, content)


def _drawn_anew(name: str, content: bytes, kind: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > _MAX_POINTS:
                raise ValueError
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((_MAX_SIDE, _MAX_SIDE))
            if kind == "JPEG" and picture.mode not in ("RGB", "L"):
                picture = picture.convert("RGB")
            elif picture.mode == "P":
                picture = picture.convert("RGBA")
            # Exif, colour notes and comments stay behind.
            picture.info = {}
            out = io.BytesIO()
            picture.save(out, kind, **({"quality": 85} if kind != "PNG" else {}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError) as error:
        raise DomainError(
            _("“%(name)s” cannot be read as a picture. Take it again, or send another file.")
            % {"name": name}
        ) from error
    return out.getvalue()


def _plain_name(name: str) -> str:
    """Last part of a path, without control characters, at most 100 of them."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable() and c not in '<>:"|?*')[:100] or "file"


def _with_ending(name: str, ending: str) -> str:
    _stem, dot, known = name.rpartition(".")
    if dot and (known.lower() == ending or (known.lower(), ending) == ("jpeg", "jpg")):
        return name
    return f"{name}.{ending}"
