"""How an input is to be read."""

from dataclasses import dataclass

RGB = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class Reading:
    """Three channels or grey, levels 0–255 or 0–1, cut out (X, Y, W, H), resized (W, H)."""

    rgb: bool = False
    unit: bool = False
    crop: tuple[int, ...] | None = None
    resize: tuple[int, ...] | None = None

    @property
    def channel_names(self) -> tuple[str, ...]:
        """What the channels are called; nothing where they have only numbers."""
        return RGB if self.rgb else ()
