"""Long texts as HTML: a small Markdown subset, sanitised on the way out."""

import nh3
from markdown_it import MarkdownIt

# Paragraphs, lists, emphasis and links; no headings (the page has its own), no images, no raw HTML.
_markdown = MarkdownIt("zero", {"html": False, "linkify": False, "breaks": True}).enable(
    ["emphasis", "link", "list", "newline", "escape", "backticks"]
)
_TAGS = {"p", "ul", "ol", "li", "em", "strong", "a", "br", "code"}


def to_html(text: str) -> str:
    """Return safe HTML of a text written in the subset; robots are told not to follow its links."""
    return nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
