"""How mails look: the style of each part, written into the mail as an attribute, which mail programs keep.

No colour of words or paper is named, except together on a button: a dark mail program stays dark.
"""

from collections.abc import Mapping

from markupsafe import Markup

_LINE = "1px solid #818b91"
_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_STYLES = {
    "page": "color-scheme:light dark",
    "body": "margin:0;padding:0",
    "sheet": f"max-width:560px;margin:0 auto;padding:24px 16px;font-family:{_FONT};"
    "font-size:16px;line-height:1.5;overflow-wrap:anywhere",
    "head": f"margin:0 0 24px;padding-bottom:12px;border-bottom:{_LINE};font-weight:600",
    "foot": f"margin:32px 0 0;padding-top:12px;border-top:{_LINE};font-size:13px",
    "button": "display:inline-block;padding:10px 20px;border-radius:12px;background-color:#0b5c66;color:#ffffff;"
    "font-weight:600;text-decoration:none",
    "way": "margin:24px 0 8px",
    "choice": "margin:12px 0",
    "address": "margin:0 0 24px;font-size:13px",
    "quote": "margin:16px 0;padding:4px 16px;border-left:4px solid #818b91",
    "quoted": "margin:8px 0",
}
LOOK: Mapping[str, Markup] = {name: Markup('style="{}"').format(Markup(style)) for name, style in _STYLES.items()}  # noqa: S704 constants only
