"""Files of records: what they are is told by their bytes, and only their record opens them."""

import io
import zipfile
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from PIL import Image

from portal.core.domain.files import attach_files
from portal.core.errors import DomainError
from portal.core.files import FilesField, bytes_of
from portal.core.filetypes import CleanFile, clean_file, media_type_of
from portal.core.models import Attachment
from tests.casework.request_cast import people_around, sent
from tests.world import World

MB = 2**20


def picture(kind: str = "JPEG", **extra: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, kind, **extra)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")
KINDS = {
    "jpg": picture(), "png": picture("PNG"), "webp": picture("WEBP"), "pdf": b"%PDF-1.7\n",
    "docx": archive(*WORD), "xlsx": archive("[Content_Types].xml", "xl/workbook.xml"),
    "mp4": b"\0\0\0\x18ftypisom", "m4a": b"\0\0\0\x18ftypM4A ",
}  # fmt: skip
WRONG = {
    "html": b"<html><script>alert(1)</script>", "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "exe": b"MZ\x90\0", "zip": archive("a.txt"), "docm": archive(*WORD, "word/vbaProject.bin"),
    "heic": b"\0\0\0\x18ftypheic", "broken.jpg": b"\xff\xd8\xff" + b"\0" * 50, "empty": b"",
}  # fmt: skip


@pytest.mark.parametrize("ending", KINDS)
def test_a_file_is_what_its_bytes_say_and_gets_that_ending(ending: str) -> None:
    found = clean_file("C:\\temp\\照片.txt", KINDS[ending], MB)
    assert found.name == f"照片.txt.{ending}"
    assert media_type_of(found.content) == found.media_type


@pytest.mark.parametrize("name", WRONG)
def test_whatever_else_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(DomainError, match=name):
        clean_file(name, WRONG[name], MB)


def test_a_photo_is_kept_without_the_place_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010E] = "东12舍412"
    raw = picture(exif=exif) + b"<script>"
    assert "东12舍".encode() in raw or b"\xe4" in raw
    kept = clean_file("a.jpg", raw, MB).content
    assert b"<script>" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_too_large_too_many_and_wrong_files_keep_the_text(settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_COUNT = 100, 2

    class Form(forms.Form):
        text = forms.CharField()
        files = FilesField()

    def errors(*files: bytes) -> str:
        given = [SimpleUploadedFile(f"f{n}.pdf", one) for n, one in enumerate(files)]
        form = Form({"text": "水管漏水"}, MultiValueDict({"files": given}))
        form.is_valid()
        assert form["text"].value() == "水管漏水"
        return str(form.errors)

    assert "f0.pdf" in errors(b"%PDF-" + b"0" * 200)
    assert "2" in errors(*[b"%PDF-1"] * 3)
    assert "f1.pdf" in errors(b"%PDF-1", b"MZ")
    assert errors(b"%PDF-1", b"%PDF-2") == ""


@pytest.mark.django_db
def test_a_file_is_encrypted_kept_once_and_opened_by_the_right_to_its_record(
    world: World,
) -> None:
    request = sent(people_around(world))
    pdf = CleanFile("说明.pdf", "application/pdf", b"%PDF-1.4 secret")
    (made,) = attach_files(actor=world.gu_account, record=request, files=[pdf])
    assert attach_files(actor=world.gu_account, record=request, files=[pdf]) == []
    kept = Attachment.objects.get()
    assert b"secret" not in bytes(kept.content)
    assert bytes_of(kept) == pdf.content
    url = reverse("web:file", args=[made.key])
    for key, status in (("gu_account", 200), ("desk", 200), ("repair", 404), ("zhou", 404)):
        client = Client()
        client.force_login(world.people[key])
        answer = client.get(url)
        assert answer.status_code == status, key
    answer = _open(world, url)
    assert answer.content == pdf.content
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    rows = Attachment.objects.filter(pk=kept.pk)
    with pytest.raises(Error), transaction.atomic():
        rows.delete()
    with pytest.raises(Error), transaction.atomic():
        rows.update(name="x")


def _open(world: World, url: str) -> Any:
    client = Client()
    client.force_login(world.gu_account)
    return client.get(url)
