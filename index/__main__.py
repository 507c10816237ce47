"""The commands of the index: build, search, articles, show, check.

Each command imports what it needs when it is called, so that help and usage errors come at once.
"""

import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from index.choice import USUAL_LIMIT, Choice
from index.cli import busy, index_option, run, settings_of
from index.duration import HOURLY, Duration
from index.errors import UnknownArticle, unknown_article
from index.text import count, one_line

if TYPE_CHECKING:
    from index.articles import Articles
    from index.corpus import Article
    from index.seen import Seen
    from index.settings import IndexSettings


@click.group()
def cli() -> None:
    """Builds the index of a set of articles and looks into it."""


@cli.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"Read so many items of a feed or sitemap, the newest; {USUAL_LIMIT} unless told.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Leave out the items of feeds and sitemaps that are older than this day.",
)
@click.option(
    "--vanished",
    type=click.Choice(["drop", "keep"]),
    help="Drop or keep an article that its source no longer has. Unless told, one of a file or "
    "folder is dropped, and one of the web is kept.",
)
@click.option(
    "--watch",
    "watching",
    is_flag=True,
    help="Go on: build again when a file changes, and ask addresses again every hour or --every.",
)
@click.option(
    "--every",
    type=Duration(),
    help="Go on: read everything again after so long: 30s, 15m, 2h, 1d.",
)
@index_option
def build(
    sources: tuple[str, ...],
    limit: int | None,
    since: datetime | None,
    vanished: Literal["drop", "keep"] | None,
    watching: bool,
    every: timedelta | None,
    folder: Path | None,
) -> None:
    """Build or rebuild the index.

    A SOURCE is a .txt, .md, .html, .pdf, .docx, .epub or .jsonl file, a folder or a .zip of them, a
    web address of such, a feed (RSS, Atom) or a sitemap at an address or in an .xml file, or - for
    text on standard input. With none: the sources of the last build and what was said of them, or
    at first the sample article. A web address is asked again by each build, and read again if it
    changed.
    """
    from index.served import find_model

    settings = _settings(folder)
    encoder = find_model(settings.index, settings.model)
    named = tuple(_kept(source, settings.index) for source in dict.fromkeys(sources))
    choice = Choice(limit, since.date() if since else None, vanished)
    if watching or every:
        from index.rounds import build_rounds

        build_rounds(settings, named, encoder, choice, every or HOURLY, watching)
    else:
        from index.told import build_with_progress, outcome_of

        built = build_with_progress(settings.index, named, encoder, settings.inner_hosts, choice)
        click.echo(outcome_of(built))


@cli.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-k", "k", default=10, type=click.IntRange(min=1), help="How many passages.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@index_option
def search(question: tuple[str, ...], k: int, as_json: bool, folder: Path | None) -> None:
    """Show the passages that retrieval finds for QUESTION, best first, unread."""
    from index.search import open_index
    from index.served import find_served

    settings = _settings(folder)
    index = open_index(settings.index, find_served(settings.index, settings.model))
    with busy("Searching"):
        hits = index.search(" ".join(question), k)
    if as_json:
        rows = [
            {
                "score": round(hit.score, 6),
                "article": hit.passage.article.id,
                "paragraph": hit.passage.paragraph,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
            }
            for hit in hits
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for hit in hits:
        place = f"¶ {hit.passage.paragraph} · {hit.passage.article.title}"
        click.echo(f"{hit.score:.3f}  {place}\n       {hit.passage.text}\n")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@index_option
def articles(as_json: bool, folder: Path | None) -> None:
    """List the articles that the index holds."""
    from index import store
    from index.duplicates import like_articles
    from index.seen import load_seen

    index = _settings(folder).index
    build = _current(index)
    owners = store.load_passages(build)[:, 0]
    passages = Counter(owners.tolist())
    like = like_articles(owners, store.load_likeness(build))
    held = store.load_articles(build)
    seen = load_seen(index)
    rows = [
        {
            "id": article.id,
            "title": article.title,
            "url": article.url,
            "published": article.published.isoformat() if article.published else None,
            "publisher": article.publisher,
            "paragraphs": len(article.paragraphs),
            "passages": passages[place],
            "language": article.language,
            "like": held.entries[like[place]].id if place in like else None,
            **_over_time(seen.get(article.id)),
        }
        for place, article in enumerate(held)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        known = [
            row[field] for field in ("publisher", "published", "language", "url") if row[field]
        ]
        details = [count(int(str(row["paragraphs"])), "paragraph"), *map(str, known)]
        if row["like"]:
            details.append(f"like {one_line(str(row['like']))}")
        details += _days(seen.get(str(row["id"])))
        click.echo(f"{one_line(str(row['id']))}  {row['title']}\n    {' · '.join(details)}")


@cli.command()
@click.argument("article")
@click.option("--paragraph", type=click.IntRange(min=1), help="Only the paragraph of this number.")
@index_option
def show(article: str, paragraph: int | None, folder: Path | None) -> None:
    """Print the cleaned text of ARTICLE (its id or title), which all offsets refer to."""
    from index import store

    build = _current(_settings(folder).index)
    found = _find(article, store.load_articles(build))
    text = found.text
    if paragraph is not None:
        spans = found.paragraphs
        if paragraph > len(spans):
            raise UnknownArticle(
                f"“{found.title}” has {len(spans)} paragraphs and so no ¶ {paragraph}: "
                f"name one from 1 to {len(spans)}."
            )
        start, end = spans[paragraph - 1]
        text = found.text[start:end]
    # The bytes exactly, so that offsets can be checked; a terminal gets its line end.
    if sys.stdout is not None:
        sys.stdout.buffer.write(text.encode())
        if sys.stdout.isatty():
            click.echo()


@cli.command()
@index_option
def check(folder: Path | None) -> None:
    """Verify the current build; say what is wrong with it."""
    from index import store
    from index.check import check as check_build
    from index.served import find_served

    settings = _settings(folder)
    manifest = check_build(settings.index, find_served(settings.index, settings.model))
    click.echo(
        f"Build {store.current_build(settings.index)} is sound: "
        f"{count(manifest.articles, 'article')}, {count(manifest.passages, 'passage')}, "
        f"{count(len(manifest.files), 'file')}, encoder {manifest.encoder}."
    )


def main() -> int:
    """Runs the command that the arguments name; returns the exit status."""
    return run(cli, "python -m index")


def _settings(folder: Path | None) -> "IndexSettings":
    from index.settings import IndexSettings

    return settings_of(IndexSettings, folder)


def _kept(source: str, index: Path) -> str:
    from index.sources import STANDARD_INPUT, keep

    if source != STANDARD_INPUT:
        return source
    data = sys.stdin.buffer.read() if sys.stdin else b""
    return keep(data, "text.txt", index / "texts", "Standard input")


def _current(index: Path) -> Path:
    from index import store

    build = index / store.current_build(index)
    store.verified_manifest(build)
    return build


def _over_time(seen: "Seen | None") -> dict[str, str | None]:
    """When an article's text last changed and since when its source has it no longer, in UTC."""
    times = (seen.changed, seen.vanished) if seen else (None, None)
    changed, vanished = (time.isoformat() if time else None for time in times)
    return {"changed": changed, "vanished": vanished}


def _days(seen: "Seen | None") -> list[str]:
    """The same for a person."""
    times = {"changed": seen.changed, "vanished": seen.vanished} if seen else {}
    return [f"{what} {at.day} {at:%B %Y}" for what, at in times.items() if at]


def _find(wanted: str, held: "Articles") -> "Article":
    titled = (place for place, entry in enumerate(held.entries) if entry.title == wanted)
    place = held.place(wanted)
    place = next(titled, None) if place is None else place
    if place is not None:
        return held[place]
    raise unknown_article(wanted)


if __name__ == "__main__":
    sys.exit(main())
