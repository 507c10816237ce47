"""Tests of index.sources: web addresses and uploads become articles, and say no more than is so."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fpdf import FPDF

from index.build import build
from index.contents import MOST_BYTES
from index.corpus import Article
from index.errors import SourceError
from index.settings import IndexSettings
from index.sources import is_address, keep
from tests.encoders import LetterEncoder
from tests.index.site import Site, running_site
from tests.sources import read
from tests.terminal import pilcrow

LONG = "The old bridge at Dunmore reopened on Friday, eleven weeks after the river took an arch."


@pytest.fixture
def site() -> Iterator[Site]:
    """A site without a page."""
    with running_site() as running:
        yield running


def page(canonical: str = "") -> str:
    """A page that names this address as its own."""
    return (
        '<html><head><title>Bridge reopens</title><meta property="og:site_name" content="Courier">'
        f'<meta name="date" content="2024-02-03"><link rel="canonical" href="{canonical}"></head>'
        f"<body><article><h1>Bridge reopens</h1><p>{LONG}</p></article></body></html>"
    )


def digest(address: str) -> str:
    """The id of the article of an address."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def of(site: Site, *addresses: str) -> list[Article]:
    """The articles of addresses of the site."""
    return read(addresses, allowed=site.allowed)


def test_page_is_an_article(site: Site) -> None:
    """An address is read with all that the page says; its id is made of its address."""
    own = site.url("/bridge")
    address = site.serve("/bridge.html", page(own))
    assert of(site, f"{address}?utm_source=chat#top") == [
        Article(digest(own), "Bridge reopens", LONG, own, date(2024, 2, 3), "Courier", "en")
    ]


@pytest.mark.parametrize("canonical", ["https://famous.example/bridge", "http://127.0.0.1/bridge"])
def test_page_of_another_site_is_not_believed(site: Site, canonical: str) -> None:
    """A page that claims the address of another site keeps that where it was found."""
    address = site.serve("/a", page(canonical))
    [article] = of(site, address)
    assert (article.id, article.url) == (digest(address), address)


def test_address_after_redirects_counts(site: Site) -> None:
    """A short address and the long one that it leads to are one article."""
    long = site.serve("/long", page())
    assert [a.id for a in of(site, site.redirect("/s", "/long"), long)] == [digest(long)]


def test_markdown_and_text_of_the_web_are_articles(site: Site) -> None:
    """Text and Markdown are read as files are, but an id or an address is none of their own."""
    head = "---\nid: other\nurl: https://famous.example/\ntitle: T\n---\n"
    markdown = site.serve("/a.md", f"{head}# Not the title\n\nOne.\n\nTwo.", "text/plain")
    text = site.serve("/b", "One.\nTwo.", "text/plain")
    assert of(site, markdown, text) == [
        Article(digest(markdown), "T", "One.\n\nTwo.", markdown),
        Article(digest(text), "One.", "One.\n\nTwo.", text),
    ]


def test_pdf_of_the_web_is_an_article(site: Site) -> None:
    """A PDF is read from the web as from the disk."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.multi_cell(0, 6, LONG)
    address = site.serve("/a", bytes(pdf.output()), "application/pdf")
    [article] = of(site, address)
    assert article == Article(
        digest(address), article.title, LONG, address, article.published, None, "en", (0,)
    )


def test_address_without_an_article_is_refused(site: Site) -> None:
    """A page of nothing but a menu is refused by its address."""
    address = site.serve("/a", "<html><body><nav><a href='/'>Home</a></nav></body></html>")
    with pytest.raises(SourceError) as refused:
        of(site, address)
    assert str(refused.value) == (
        f"{address} has no text of an article in it: leave it out or fill it."
    )


def test_inner_address_is_refused_unless_it_is_allowed(site: Site) -> None:
    """An address on this machine is refused by `read` as it is called for strangers."""
    address = site.serve("/a", page())
    with pytest.raises(SourceError, match=r"is no host of the open web"):
        read([address])
    assert site.asked == []


def test_rebuild_reads_the_address_again(site: Site, tmp_path: Path) -> None:
    """A build without sources reads the last ones anew; an article that changed is changed."""
    address = site.serve("/a", page())
    first = build(tmp_path, [address], LetterEncoder(), allowed=site.allowed)
    again = build(tmp_path, [], LetterEncoder(), allowed=site.allowed)
    assert (again.name, again.unchanged) == (first.name, True)
    site.serve("/a", page().replace("Friday", "Sunday"))
    assert not build(tmp_path, [], LetterEncoder(), allowed=site.allowed).unchanged


def test_rebuild_without_the_site_leaves_the_index(site: Site, tmp_path: Path) -> None:
    """Where the site is down, the build stops with a sentence, and the one before serves on."""
    address = site.serve("/a", page())
    build(tmp_path, [address], LetterEncoder(), allowed=site.allowed)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    site.fail("/a")
    with pytest.raises(SourceError) as refused:
        build(tmp_path, [], LetterEncoder(), allowed=site.allowed)
    assert (
        str(refused.value)
        == f"{address} answers with HTTP status 503, as busy servers do: try again later."
    )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_build_command_heeds_the_setting(site: Site, tmp_path: Path) -> None:
    """`pilcrow build ADDRESS` asks an inner server only where the operator allows it."""
    address = site.url("/a")
    refused = pilcrow("build", "--index", tmp_path, address)
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith(f"{address} leads to 127.0.0.1, which is no host of the")
    asked = pilcrow("build", "--index", tmp_path, address, PILCROW_ALLOWED_HOSTS=site.host)
    assert asked.err == f"{address} answers with HTTP status 404: check the address.\n"


@pytest.mark.parametrize(
    ("setting", "hosts"),
    [
        ("", set()),
        ("wiki.lan:80", {"wiki.lan:80"}),
        ("Wiki.lan:80, [::1]:8080,10.0.0.1:443", {"wiki.lan:80", "[::1]:8080", "10.0.0.1:443"}),
    ],
)
def test_allowed_hosts_are_named_with_their_ports(setting: str, hosts: set[str]) -> None:
    """The setting lists hosts with ports, with commas between."""
    assert IndexSettings(allowed_hosts=setting).inner_hosts == hosts


@pytest.mark.parametrize("setting", ["wiki.lan", "http://wiki.lan/", "a:80 b:80", "a:b"])
def test_allowed_host_without_a_port_is_refused(setting: str) -> None:
    """A host without its port, or an address, is no value of the setting."""
    with pytest.raises(ValueError, match="allowed_hosts"):
        IndexSettings(allowed_hosts=setting)


@pytest.mark.parametrize(
    ("source", "yes"),
    [("https://x.y", True), ("HTTP://x", True), ("/etc/passwd", False), ("file:///a", False)],
)
def test_what_an_address_is(source: str, yes: bool) -> None:
    """Only http and https make an address; all else could name a file of this machine."""
    assert is_address(source) is yes


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("report.md", "report-"),
        ("My report (2).MD", "My-report-2-"),
        ("../../etc/passwd.md", "etc-passwd-"),
        ("?.md", "text-"),
        ("\u202e\n.md", "text-"),
        ("é" * 300 + ".md", "é" * 60 + "-"),
    ],
    ids=range(6),
)
def test_upload_is_kept(tmp_path: Path, name: str, stem: str) -> None:
    """A file that came by a chat is kept under a harmless name, and is built from there."""
    kept = Path(keep(b"# Bridge reopens\n\nOne.", name, tmp_path / "texts", "It"))
    assert kept.parent == tmp_path / "texts"
    assert kept.name.startswith(stem)
    assert read([str(kept)]) == [Article(kept.stem, "Bridge reopens", "One.")]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.exe", b"MZ", "It is not a kind of file that is read: use .txt, .md, .html, .htm, .pdf"),
        ("pdf", b"One.", "It is not a kind of file that is read"),
        ("a.pdf", b"One.", "It is broken, or too large to read as a PDF file"),
        ("a.html", b"\x89PNG\0\0", "It is binary data, or text in an unknown encoding"),
        ("a.md", b"", "It is empty"),
        ("a.pdf", bytes(MOST_BYTES + 1), "It has 10.0 MiB, and an article may have 10"),
    ],
)
def test_upload_that_is_no_article_is_not_kept(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    """A file that cannot be an article is refused, and nothing is written."""
    with pytest.raises(SourceError, match=told):
        keep(data, name, tmp_path / "texts", "It")
    assert list(tmp_path.iterdir()) == []
