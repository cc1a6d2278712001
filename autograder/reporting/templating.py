"""HTML: the templates of all pages, and texts on their way into them."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from autograder.language import _
from autograder.plain_text import clean, one_line
from autograder.reporting.text import number, percent
from autograder.words import in_words


def prose(text: str) -> Markup:
    """A sentence as HTML: escaped, with `names in backticks` set as code."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )


def rich_text(text: str) -> Markup:
    """Markdown that anybody may have written, as HTML that does nothing: no raw HTML, no links, no pictures."""
    return Markup(_markdown().render(clean(text)))


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    markdown.disable(["autolink", "html_block", "html_inline", "image", "link", "reference"])
    # The page has its own headings, which structure it.
    markdown.add_render_rule("heading_open", lambda *_all: "<p><strong>")
    markdown.add_render_rule("heading_close", lambda *_all: "</strong></p>\n")
    return markdown


def breakable(name: str) -> Markup:
    """A name as HTML that may break after its underscores, so that it fits a narrow column."""
    return escape(clean(name)).replace("_", Markup("_<wbr>"))


@cache
def pages() -> Environment:
    """The templates. Every text that they output is cleaned and then escaped; an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("autograder.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _
    for function in (breakable, in_words, number, one_line, percent, prose, rich_text):
        environment.filters[function.__name__] = function
    return environment
