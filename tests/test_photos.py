"""Photos: what is taken, what is left of a file, who sees which photo, and when one is thrown out."""

import gc
import io
import json
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from sqlalchemy import text

from mapapp import command_line
from mapapp.forms import pictures
from mapapp.views import photos as views
from mapapp.writing import photos

from .people import PersonClient
from .proposing import actor, practice_values, propose, publish

RED, BLUE = (200, 30, 30), (30, 30, 200)
GPS = 0x8825


def picture(width: int = 640, height: int = 480, kind: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:
    """Return a picture, red on the left and blue on the right."""
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (width // 2, 0, width, height))
    out = io.BytesIO()
    made.convert(mode).save(out, kind, **more)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a PNG of a few bytes that says it has a great many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA")])
@pytest.mark.parametrize("size", [(640, 480), (2400, 3000)])
def test_a_photo_becomes_three_webp_files_that_are_never_larger(kind: str, mode: str, size: tuple[int, int]) -> None:
    made = pictures.read(picture(*size, kind=kind, mode=mode))
    assert set(made.files) == {"small", "medium", "large"}
    for name, content in made.files.items():
        one = opened(content)
        assert one.format == "WEBP"
        assert max(one.size) == min(pictures.SIZES[name], max(size))
    assert (made.width, made.height) == opened(made.files["large"]).size
    assert round(made.width / made.height, 2) == round(size[0] / size[1], 2)


@pytest.mark.parametrize("mode", ["P", "LA", "1", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    made = Image.new("L", (300, 300), 200).convert("I").point(lambda value: value * 256) if mode == "I;16" else None
    out = io.BytesIO()
    (made.convert("I;16") if made else Image.new("L", (300, 300), 200).convert(mode)).save(out, "PNG")
    grey = opened(pictures.read(out.getvalue()).files["small"]).convert("L").getpixel((150, 150))
    assert 190 <= grey <= 255


def test_nothing_but_the_picture_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = "the flat of somebody"
    exif[0x0112] = 6  # held upright: to be turned by a quarter
    exif.get_ifd(GPS)[2] = (47.0, 14.0, 26.0)
    sent = picture(
        640,
        480,
        exif=exif,
        comment=b"made by somebody",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert opened(sent).getexif().get_ifd(GPS)
    made = pictures.read(sent)
    for content in made.files.values():
        one = opened(content)
        assert not one.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(one.info)
        assert b"somebody" not in content
        assert b"EXIF" not in content
        assert b"ICCP" not in content
    assert (made.width, made.height) == (480, 640)
    top, bottom = (opened(made.files["large"]).convert("RGB").getpixel((240, y)) for y in (50, 590))
    assert top[0] > top[2], "the left side is up now"
    assert bottom[2] > bottom[0]


def test_colours_of_another_profile_are_those_of_the_web() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pictures.read(picture(icc_profile=lab))  # one that does not fit is passed over
    assert pictures.read(picture(icc_profile=b"no profile"))


def test_a_picture_one_can_see_through_stays_so() -> None:
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert opened(pictures.read(out.getvalue()).files["small"]).convert("RGBA").getpixel((9, 9))[3] == 0


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (SVG, "Drawings (SVG)"),
        (b"\n <svg/>", "Drawings (SVG)"),
        (b"<!doctype html><script>alert(1)</script>", "no JPEG, PNG or WebP"),
        (b"GIF89a" + b"\0" * 100, "no JPEG, PNG or WebP"),
        (b"%PDF-1.7", "no JPEG, PNG or WebP"),
        (b"II*\0" + b"\0" * 100, "no JPEG, PNG or WebP"),
        (b"RIFF\0\0\0\0AVI " + b"\0" * 50, "no JPEG, PNG or WebP"),
        (picture() + b"<script>alert(1)</script>", "hidden in it"),
        (picture(comment=b"<html><body>"), "hidden in it"),
        (picture(comment=b"<?php system($_GET[0]);"), "hidden in it"),
        (b"\xff\xd8\xff" + b"\0" * 500, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 50, "damaged"),
        (picture()[:1500], "damaged"),
        (bomb(), "million pixels"),
        (bomb(9000, 9000), "million pixels"),
        (bomb(1000, 1000), "damaged"),
        (picture(1, 1), "too small"),
        (picture(199, 4000), "too small"),
        (b"\xff\xd8\xff" + b"\0" * pictures.LARGEST, "larger than 10 MB"),
    ],
)
def test_other_files_are_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(pictures.NotTaken) as refused:
        pictures.read(data)
    assert words in refused.value.fault.say(lambda message, **given: message % given)


@given(st.binary(max_size=400), st.integers(0, 1200), st.sampled_from(["JPEG", "PNG", "WEBP"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_gets_past_as_anything_but_a_refusal(noise: bytes, at: int, kind: str) -> None:
    whole = picture(220, 220, kind)
    try:
        made = pictures.read(whole[:at] + noise + whole[at + len(noise) :])
    except pictures.NotTaken:
        return
    assert set(made.files) == set(pictures.SIZES)


# --- over HTTP


def upload(client: PersonClient, *files: bytes, accept: str = "text/html", **more: Any) -> Any:
    sent = {"new_photos": [(io.BytesIO(data), f"picture-{n}.jpg") for n, data in enumerate(files)], **more}
    return client.send("/en/contribute/photos", sent, content_type="multipart/form-data", headers={"Accept": accept})


def name_in(answer: Any) -> UUID:
    return UUID(answer.text.split('-id" value="')[1][:36])


def test_a_photo_comes_back_as_its_part_of_the_form(partner_client: PersonClient) -> None:
    there = {"photos-4-id": str(uuid4()), "texts-0-language": "de", "texts-1-language": "it"}
    answer = upload(partner_client, picture(), picture(kind="PNG"), **there)
    assert answer.status_code == 201
    assert 'name="photos-5-id"' in answer.text
    assert 'name="photos-6-id"' in answer.text
    assert 'name="photos-5-alt-0-language" value="de"' in answer.text
    assert 'name="photos-5-alt-1-language" value="it"' in answer.text
    assert "<html" not in answer.text


def test_a_file_that_is_no_photo_is_refused_in_words(partner_client: PersonClient) -> None:
    answer = upload(partner_client, SVG, accept="application/problem+json")
    assert answer.status_code == 422
    assert "Drawings" in json.loads(answer.data)["detail"]
    assert upload(partner_client).status_code == 422
    page = partner_client.send("/de/contribute/photos", {"new_photos": (io.BytesIO(SVG), "x.png")})
    assert (page.status_code, "Zeichnungen" in page.text) == (422, True)


def test_nobody_sends_photos_without_a_session(anyone: PersonClient) -> None:
    assert upload(anyone, picture()).status_code in (401, 413)


# The parser leaves the file of a form that breaks off to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_what_is_too_large_or_broken_is_told_so(partner_client: PersonClient) -> None:
    big = partner_client.send(
        "/en/contribute/photos",
        {"new_photos": (io.BytesIO(b"\xff\xd8\xff" + b"\0" * (65 * 1024 * 1024)), "x.jpg")},
        headers={"X-CSRF-Token": partner_client.csrf()},
    )
    big.request.environ["wsgi.input"].close()  # the test client's own
    assert big.status_code == 413
    assert "<main" in big.text
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": partner_client.csrf()}
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\xff"):
        body = b'--x\r\nContent-Disposition: form-data; name="new_photos"; filename="a.jpg"\r\n\r\n\xff\xd8'
        answer = partner_client.post("/en/contribute/photos", data=body, content_type=kind, headers=headers)
        assert 400 <= answer.status_code < 500, kind
        del answer
    gc.collect()


def seen(client: PersonClient, photo: UUID, size: str = "small") -> int:
    answer = client.get(f"/photos/{photo}/{size}.webp")
    answer.close()
    return int(answer.status_code)


def test_only_its_people_see_a_photo_before_it_is_public(
    person: Callable[..., PersonClient],
    partner_client: PersonClient,
    anyone: PersonClient,
    moderator_client: PersonClient,
    other_partner_client: PersonClient,
    contributor_client: PersonClient,
) -> None:
    photo = name_in(upload(partner_client, picture()))
    fellow = person("partner", "first-organisation")
    assert seen(partner_client, photo) == 200
    assert seen(moderator_client, photo) == 200
    for stranger in (anyone, other_partner_client, contributor_client, fellow):
        assert seen(stranger, photo) == 404
    answer = partner_client.get(f"/photos/{photo}/large.webp")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Type"] == "image/webp"
    answer.close()
    with partner_client.application.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        values = practice_values(photos=[{"id": str(photo), "alt": {"en": "x"}, "credit": "y"}])
        propose(connection, author, values, organisation="first-organisation")
    assert seen(fellow, photo) == 200
    assert seen(other_partner_client, photo) == 404
    assert seen(anyone, photo) == 404


def test_a_public_photo_is_everybodys_and_shown_with_its_words(
    partner_client: PersonClient, anyone: PersonClient
) -> None:
    photo = name_in(upload(partner_client, picture(2000, 1000)))
    alt = {"en": "A table under <trees>", "de": "Ein Tisch unter Bäumen"}
    with partner_client.application.extensions["engine"].begin() as connection:
        author, moderator = actor(connection, "partner"), actor(connection, "moderator")
        values = practice_values(photos=[{"id": str(photo), "alt": alt, "credit": "An association"}])
        slug = publish(connection, author, moderator, values)
    for size in ("small", "medium", "large"):
        answer = anyone.get(f"/photos/{photo}/{size}.webp")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers
        again = anyone.get(f"/photos/{photo}/{size}.webp", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        again.close()
        answer.close()
    for path in (f"/de/practices/{slug}", f"/de/practices/{slug}/card", "/de/?q=Garden+of+Languages"):
        page = anyone.get(path).text
        assert 'alt="Ein Tisch unter Bäumen"' in page, path
        assert "An association" in page, path
    page = anyone.get(f"/it/practices/{slug}").text
    assert 'alt="A table under &lt;trees&gt;" lang="en"' in page
    assert f'<meta property="og:image" content="http://localhost/photos/{photo}/large.webp">' in page
    assert "A table under \\u003ctrees\\u003e" in page
    assert "/icons/share" not in page


@pytest.mark.parametrize("path", ["x/small.webp", "{}/huge.webp", "{}/small.png", "{}/../small.webp", "{}/small.webp"])
def test_other_addresses_of_photos_lead_nowhere(anyone: PersonClient, path: str) -> None:
    assert anyone.get(f"/photos/{path.format(uuid4())}").status_code == 404


def test_what_nothing_names_is_thrown_out_after_two_days(people_app: Any) -> None:
    engine, data_dir = people_app.extensions["engine"], people_app.extensions["settings"].data_dir
    made = pictures.read(picture())
    with engine.begin() as connection:
        author, moderator = actor(connection, "partner"), actor(connection, "moderator")
        public, proposed, earlier, unnamed = (photos.take(connection, data_dir, made, author.id) for _ in range(4))
        named = [{"id": str(one), "alt": {"en": "x"}, "credit": "y"} for one in (public, proposed, earlier)]
        publish(connection, author, moderator, practice_values(photos=named[:1]))
        propose(connection, author, practice_values(photos=named[1:2]))
        connection.execute(
            text("UPDATE proposal SET base = CAST(:base AS jsonb) WHERE values #>> '{photos,0,id}' = :id"),
            {"base": json.dumps({"photos": named[2:]}), "id": str(proposed)},
        )
    stray = photos.path(data_dir, uuid4(), "small")
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left over")

    def there(photo: UUID) -> int:
        return sum(photos.path(data_dir, photo, size).exists() for size in pictures.SIZES)

    photos.reap(engine, data_dir)
    assert [there(one) for one in (public, proposed, earlier, unnamed)] == [3, 3, 3, 3], "it is too early"
    assert stray.exists()
    later = datetime.now(UTC) + timedelta(days=3)
    reaped = photos.reap(engine, data_dir, later)
    assert [there(one) for one in (public, proposed, earlier, unnamed)] == [3, 3, 3, 0]
    assert reaped.photos >= 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM photo WHERE id = :id"), {"id": unnamed}).scalar() == 0
    assert not stray.exists()


def test_the_command_says_what_it_threw_out(people_app: Any, capsys: pytest.CaptureFixture[str]) -> None:
    said = people_app.extensions
    assert command_line.reap_photos(said["engine"], said["settings"]) == 0
    assert "photos that nothing names" in capsys.readouterr().out
    assert command_line._parser().parse_args(["photos", "reap"]).what == "reap"


def test_a_photo_goes_with_the_form_when_there_are_no_scripts(
    partner_client: PersonClient, moderator_client: PersonClient
) -> None:
    sent = {
        "language": "de",
        "texts-0-language": "de",
        "texts-0-title": "Ein Tisch für alle",
        "new_photos": [(io.BytesIO(picture()), "tisch.jpg"), (io.BytesIO(SVG), "sign.svg")],
        "key": "photo-without-scripts",
        "revision": "1",
        "go": "photos",
    }
    answer = partner_client.send("/en/contribute/practices/new", sent, content_type="multipart/form-data")
    page = answer.text if answer.location is None else partner_client.get(answer.location).text
    top = page[: page.index("<form class=")]
    assert '<a href="#new_photos">sign.svg</a>: Drawings (SVG)' in top
    photo = page.split('name="photos-0-id" value="')[1][:36]
    assert 'name="photos-0-alt-0-language" value="de"' in page
    assert seen(partner_client, UUID(photo)) == 200
    with partner_client.application.extensions["engine"].begin() as connection:
        author = actor(connection, "partner", "first-organisation", editor=True)
        alt = {"de": "Menschen <b>am</b> Tisch"}
        values = practice_values(photos=[{"id": photo, "alt": alt, "credit": "An association"}])
        proposal = propose(connection, author, values)
    page = moderator_client.get(f"/en/review/{proposal.public_id}").text
    assert f'src="/photos/{photo}/small.webp" alt="Menschen &lt;b&gt;am&lt;/b&gt; Tisch" lang="de"' in page


def test_alt_and_credit_are_needed(partner_client: PersonClient) -> None:
    photo = name_in(upload(partner_client, picture()))
    sent = {"photos-0-id": str(photo), "photos-0-alt-0-language": "en", "photos-0-alt-0-text": " ", "go": "submit"}
    answer = partner_client.send(
        "/en/contribute/practices/new", {"key": "photo-without-words", "revision": "1", **sent}
    )
    assert answer.status_code == 422
    assert "Please say whose photo it is." in answer.text
    assert "Please describe the photo for people who cannot see it." in answer.text


def test_a_photo_that_nobody_has_described_is_named_in_words_and_led_to(partner_client: PersonClient) -> None:
    photo = name_in(upload(partner_client, picture()))
    sent = {"key": "photo-just-taken", "revision": "1", "texts-0-language": "en", "go": "submit"}
    sent["photos-0-id"] = str(photo)
    answer = partner_client.send("/en/contribute/practices/new", sent)
    assert answer.status_code == 422
    assert '<a href="#photos-0-alt-0-text">What is to be seen?</a>' in answer.text
    assert '<label for="photos-0-alt-0-text">What is to be seen?</label>' in answer.text
    assert 'id="photos-0-alt-0-text"' in answer.text
    assert ">id</a>" not in answer.text


def test_what_is_wrong_with_one_of_several_photos_says_with_which(partner_client: PersonClient) -> None:
    photos = [name_in(upload(partner_client, picture(width))) for width in (640, 660)]
    sent = {"key": "two-photos", "revision": "1", "texts-0-language": "en", "go": "submit"}
    sent |= {f"photos-{at}-id": str(photo) for at, photo in enumerate(photos)}
    answer = partner_client.send("/en/contribute/practices/new", sent)
    assert answer.status_code == 422
    assert '<a href="#photos-0-credit">Photo 1: Whose photo is it?</a>' in answer.text
    assert '<a href="#photos-1-alt-0-text">Photo 2: What is to be seen?</a>' in answer.text


def test_too_many_photos_are_not_even_decoded(partner_client: PersonClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_data: bytes) -> Any:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(views, "SENT_EACH_HOUR", views.attempts.Limit(0, views.trying.HOUR))
    monkeypatch.setattr(pictures, "read", read)
    sent = {"new_photos": (io.BytesIO(picture()), "a.jpg")}
    answer = partner_client.send("/en/contribute/photos", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "very many photos" in answer.text
    answer.request.environ["wsgi.input"].close()
