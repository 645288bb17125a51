"""One way to fold words for comparing: lower case, no accents, as people type them."""

import unicodedata

# Letters that Unicode does not decompose but that people without the keyboard type so.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "’": "'",
        "ʼ": "'",
        # Arabic and Persian: forms of one letter, and marks that are typed or left out at will.
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ة": "ه",
        "ۀ": "ه",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "\u200e": "",
        "\u200f": "",
    }
)


def fold(words: str) -> str:
    """Return `words` in lower case without marks, letters that do not decompose spelled out, white space single.

    Folding twice changes nothing: `fold(fold(x)) == fold(x)`.
    """
    plain = words
    while True:
        decomposed = unicodedata.normalize("NFKD", plain.casefold()).translate(_LETTERS)
        folded = "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))
        folded = " ".join(folded.split())
        if folded == plain:
            return folded
        plain = folded
