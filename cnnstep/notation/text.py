"""Text from outside, made harmless."""


def printable(text: str) -> str:
    r"""Text from outside, made harmless: what is not printable becomes `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def quoted(text: str) -> str:
    """Text from outside between quotes, made harmless."""
    return f"'{printable(text)}'"
