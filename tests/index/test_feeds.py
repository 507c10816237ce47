"""Tests of index.feeds and index.addresses: what a feed or a sitemap lists becomes articles."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fpdf import FPDF

from index import web as web_module
from index.choice import USUAL_LIMIT, Choice
from index.errors import SourceError
from index.feeds import Item, Listing, listing_in
from tests.index.attacks import zipped
from tests.index.site import Site, running_site
from tests.sources import read
from tests.terminal import pilcrow

pytestmark = pytest.mark.slow

LONG = "The old bridge at Dunmore reopened on Friday, eleven weeks after the river took an arch."


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site without a page, which needs no rest."""
    monkeypatch.setattr(web_module, "PAUSE", 0.0)
    with running_site() as running:
        yield running


def pages(site: Site, *names: str) -> list[str]:
    """The addresses of pages that say their names, as plain text."""
    return [site.serve(f"/{name}", f"{name}: {LONG}", "text/plain") for name in names]


def rss(*items: str) -> str:
    """An RSS feed of these items."""
    return (
        '<?xml version="1.0"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>The Courier</title>{''.join(items)}</channel></rss>"
    )


def item(address: str, title: str = "", day: str = "", content: str = "") -> str:
    """An item of an RSS feed."""
    return (
        f"<item><title>{title}</title><link>{address}</link><pubDate>{day}</pubDate>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>"
    )


def urls(*pages: str | tuple[str, str]) -> str:
    """A sitemap of these pages, some of them with the day of their last change."""
    lines = [
        f"<url><loc>{page}</loc></url>"
        if isinstance(page, str)
        else f"<url><loc>{page[0]}</loc><lastmod>{page[1]}</lastmod></url>"
        for page in pages
    ]
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(lines)
        + "</urlset>"
    )


@pytest.mark.parametrize(
    ("feed", "listing"),
    [
        (
            rss(
                item("https://a.org/1", "1 &amp; 2", "Tue, 05 Mar 2024 23:00:00 -0500", "<p>W</p>")
            ),
            Item("https://a.org/1", "1 & 2", "2024-03-05", content="<p>W</p>"),
        ),
        (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Courier</title><entry>'
            '<id>tag:a.org,2024:1</id><title>One</title><link href="https://a.org/1"/>'
            "<updated>2024-03-04T12:00:00Z</updated></entry></feed>",
            Item("https://a.org/1", "One", "2024-03-04", name="tag:a.org,2024:1"),
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/"><channel><title>The Courier</title></channel>'
            "<item><title>One</title><link>https://a.org/1</link></item></rdf:RDF>",
            Item("https://a.org/1", "One"),
        ),
        (
            rss("<item><title>One</title><link>javascript:alert(1)</link></item>"),
            Item(None, "One"),
        ),
    ],
    ids=["rss", "atom", "rdf", "no address"],
)
def test_feed_is_parsed(feed: str, listing: Item) -> None:
    """A feed of each kind says where its items are, what they are called and of which day."""
    assert listing_in(feed.encode()) == Listing("feed", [listing], "The Courier")


def test_sitemap_is_parsed() -> None:
    """A sitemap says where its pages are, and one of news of which day each is."""
    news = (
        '<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        "<loc> https://a.org/1 </loc><lastmod>2024-03-05</lastmod><n:news>"
        "<n:publication_date>2024-03-04T01:00Z</n:publication_date><n:title>One</n:title></n:news>"
        "</url><url><loc>/2</loc></url></urlset>"
    )
    found = [Item("https://a.org/1", "One", "2024-03-04", "2024-03-05")]
    assert listing_in(news.encode()) == Listing("sitemap", found)


def test_other_xml_is_no_list() -> None:
    """A file of XML that is neither is refused."""
    with pytest.raises(SourceError, match=r"^is neither a feed \(RSS, Atom\) nor a sitemap"):
        listing_in(b"<project><feed/></project>")


def test_feed_becomes_its_articles(site: Site) -> None:
    """Each item is read at its address; title and day are the feed's where the page has none."""
    one, two = pages(site, "one", "two")
    feed = rss(item(one, "First", "Tue, 05 Mar 2024 10:00:00 GMT"), item(two))
    address = site.serve("/feed", feed, "application/rss+xml")
    found = read([address], allowed=site.allowed)
    assert [(a.url, a.title, a.published) for a in found] == [
        (one, "First", date(2024, 3, 5)),
        (
            two,
            "two: The old bridge at Dunmore reopened on Friday, eleven weeks after the river…",
            None,
        ),
    ]


def test_feed_in_a_file_is_read_alike(site: Site, tmp_path: Path) -> None:
    """A feed that was saved leads to the same addresses."""
    (tmp_path / "feed.xml").write_text(rss(*map(item, pages(site, "one", "two"))))
    found = read([str(tmp_path / "feed.xml")], allowed=site.allowed)
    assert [a.text for a in found] == [f"one: {LONG}", f"two: {LONG}"]


def test_feed_in_a_folder_is_left_alone(site: Site, tmp_path: Path) -> None:
    """A folder makes nobody fetch what a feed inside of it lists."""
    (tmp_path / "feed.xml").write_text(rss(*map(item, pages(site, "one"))))
    (tmp_path / "a.txt").write_text("One.")
    assert [a.text for a in read([str(tmp_path)], allowed=site.allowed)] == ["One."]
    assert site.asked == []


def test_limit_takes_the_newest(site: Site) -> None:
    """Of more items than the limit the newest are read, and those without a day last."""
    one, two, three, four = pages(site, "one", "two", "three", "four")
    sitemap = urls(one, (two, "2024-01-02"), (three, "2024-03-01"), (four, "2023-12-31"))
    address = site.serve("/sitemap.xml", sitemap, "application/xml")
    for limit, expected in ((2, [three, two]), (4, [three, two, four, one])):
        found = read([address], allowed=site.allowed, choice=Choice(limit))
        assert [a.url for a in found] == expected
    assert USUAL_LIMIT == Choice().most == 50


def test_since_leaves_out_what_is_older(site: Site) -> None:
    """An older item is not asked for; one without a day is read, and told if it has none then."""
    old, dated, undated = pages(site, "old", "dated", "undated")
    site.serve("/dated", f"---\ndate: 2024-02-29\n---\n{LONG}", "text/markdown")
    address = site.serve("/sitemap.xml", urls((old, "2023-12-31"), dated, undated), "text/xml")
    told: list[SourceError] = []
    choice = Choice(since=date(2024, 1, 1))
    found = read([address], told.append, allowed=site.allowed, choice=choice)
    assert [a.url for a in found] == [dated]
    assert [str(e) for e in told] == [f"{undated} gives no day, and older ones are not wanted."]
    assert "/old" not in [path for path, _ in site.asked]


def test_sitemaps_lead_to_sitemaps(site: Site) -> None:
    """An index of sitemaps is followed, newest first, as far as the limit asks; gzip is undone."""
    one, two, three = pages(site, "one", "two", "three")
    new = site.serve("/new.xml.gz", gzip.compress(urls(one, two).encode()), "application/gzip")
    old = site.serve("/old.xml", urls(three), "text/xml")
    index = (
        f"<sitemapindex><sitemap><loc>{old}</loc><lastmod>2023-01-01</lastmod></sitemap>"
        f"<sitemap><loc>{new}</loc><lastmod>2024-01-01</lastmod></sitemap></sitemapindex>"
    )
    address = site.serve("/sitemap.xml", index, "text/xml")
    assert [a.url for a in read([address], allowed=site.allowed)] == [one, two, three]
    site.asked.clear()
    found = read([address], allowed=site.allowed, choice=Choice(2))
    assert [a.url for a in found] == [one, two]
    assert "/old.xml" not in [path for path, _ in site.asked]


def test_sitemap_speaks_for_sites_that_name_it(site: Site) -> None:
    """Pages of another site count where the robots.txt there names the sitemap."""
    with running_site() as other, running_site() as third:
        theirs = other.serve("/theirs", f"Theirs: {LONG}", "text/plain")
        foreign = third.serve("/foreign", f"Foreign: {LONG}", "text/plain")
        address = site.serve("/sitemap.xml", urls(theirs, foreign), "text/xml")
        other.serve("/robots.txt", f"User-agent: *\nSitemap: {address}\n", "text/plain")
        told: list[SourceError] = []
        allowed = site.allowed | other.allowed | third.allowed
        assert [a.url for a in read([address], told.append, allowed=allowed)] == [theirs]
        assert [path for path, _ in third.asked] == ["/robots.txt"]
    assert [str(e) for e in told] == [
        f"{address} lists 1 page of other sites, whose robots.txt does not name it."
    ]


def test_item_that_cannot_be_had_is_left_out(site: Site) -> None:
    """What one item leads to does not stop the others; it is told."""
    (one,) = pages(site, "one")
    gone = site.url("/gone")
    address = site.serve("/feed", rss(item(gone), item(one)), "text/html")
    told: list[SourceError] = []
    assert [a.url for a in read([address], told.append, allowed=site.allowed)] == [one]
    assert [str(e) for e in told] == [f"{gone} answers with HTTP status 404: check the address."]


def test_what_a_feed_carries_stands_in_for_a_page(site: Site) -> None:
    """Where robots may not read a page, the whole text that the feed of its site has counts."""
    site.serve("/robots.txt", "User-agent: *\nDisallow: /paid\n", "text/plain")
    paid, foreign = site.url("/paid"), "http://127.0.0.2:9/a"
    content = f"<p>{LONG}</p><p>{LONG[::-1]}</p>"
    feed = rss(item(paid, "Paid", content=content), item(foreign, "Foreign", content=content))
    told: list[SourceError] = []
    [article] = read([site.serve("/feed", feed, "text/xml")], told.append, allowed=site.allowed)
    assert (article.title, article.text, article.url, article.publisher) == (
        "Paid",
        f"{LONG}\n\n{LONG[::-1]}",
        paid,
        "The Courier",
    )
    assert [str(error).split()[0] for error in told] == [foreign]


def test_feed_without_an_article_is_refused(site: Site) -> None:
    """A feed of nothing that can be read is refused by its address."""
    address = site.serve("/feed", rss(), "application/rss+xml")
    with pytest.raises(SourceError) as refused:
        read([address], allowed=site.allowed)
    assert str(refused.value) == (
        f"The feed {address} lists no article that can be read: "
        "look into it, or name other days or addresses."
    )


def test_two_feeds_may_list_one_page(site: Site) -> None:
    """A page counts once, as the first feed has it, and as it is named itself."""
    (one,) = pages(site, "one")
    feeds = [site.serve(f"/{name}", rss(item(one, name)), "text/xml") for name in ("a", "b")]
    assert [a.title for a in read([*feeds, one], allowed=site.allowed)] == ["a"]


def test_build_command_takes_all_of_them(site: Site, tmp_path: Path) -> None:
    """`pilcrow build ADDRESS feed.xml export.zip report.pdf` does what its words say."""
    page, one, two = pages(site, "page", "one", "two")
    feed, export, report = (tmp_path / name for name in ("feed.xml", "export.zip", "report.pdf"))
    feed.write_text(rss(item(one, day="5 Mar 2024 10:00 GMT"), item(two)))
    export.write_bytes(zipped(("a.txt", b"Zipped."), ("../b.txt", b"Out.")))
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.multi_cell(0, 6, "Reported.")
    report.write_bytes(bytes(pdf.output()))
    index, allowed = tmp_path / "index", {"PILCROW_ALLOWED_HOSTS": site.host}
    named = ("--limit", "1", page, feed, export, report)
    built = pilcrow("build", "--index", index, *named, **allowed)
    assert (built.status, built.out.split(": ")[1]) == (
        0,
        "4 articles, 4 passages, 4 of them embedded anew.\n",
    )
    assert f"Left out: {export}: ../b.txt leads out of the archive.\n" in built.err
    listed = json.loads(pilcrow("articles", "--json", "--index", index).out)
    assert [row["url"] or row["title"] for row in listed] == [page, one, "Zipped.", "Reported."]
