"""A network that was typed, and the input that it meets: what does not fit is told with what to type instead."""

from dataclasses import replace
from math import prod
from typing import Any

from cnnstep.cli.options import Source
from cnnstep.errors import GeometryError, NotationError
from cnnstep.geometry import by
from cnnstep.inputs import Reading
from cnnstep.inputs.reading import Input, noise
from cnnstep.networks import described
from cnnstep.networks.layer import Layer
from cnnstep.notation import MOST_PIXELS
from cnnstep.views.wording.arithmetic import channels_last, count

BATCH_NORM = "batchnorm"
COLOURS = 3
SAMPLES = {1: "sample:digit", COLOURS: "sample:picture"}
ANY = "sample:five"
PLANE = 2
MUCH = 64
ARRAYS = ".npy"
"""Files whose channels stand where they are."""


class Described(described.Described):
    """A network in words, and the input that it meets."""

    def in_training(self) -> "Described":
        """With the statistics of what arrives, where the running ones would be used."""
        if not any(each.word == BATCH_NORM for each in self.words):
            raise NotationError(
                f"--training is about {BATCH_NORM} layers, and {self.name} has none", "leave out --training"
            )
        words = [
            each._replace(settings={**each.settings, "training": True}) if each.word == BATCH_NORM else each
            for each in self.words
        ]
        return replace(self, words=words)

    def layers(self, shape: tuple[int, ...], seed: int = 0, *, is_typed: bool = True) -> list[Layer]:
        """Its layers for an input of this shape; what does not fit is told with the shape it is made for."""
        try:
            return super().layers(shape, seed)
        except GeometryError as error:
            message, advice = error.message, (*error.advice, *self._advice(shape, is_typed=is_typed))
            if self.input is not None and self.input != shape:
                message = f"{message}; {by(shape)} arrived at layer 1"
                advice = (f"{self.name} is made for {by(self.input)}", *_channels_last(shape))
            raise GeometryError(message, advice, error.pointer) from None

    def _advice(self, shape: tuple[int, ...], *, is_typed: bool) -> list[str]:
        """What would fit, beside what its layer says."""
        if not is_typed and self._fits_larger(shape):
            return [f"; without INPUT it is {ANY}, {by(shape)}: name one, or --in 1x32x32"]
        if len(shape) == PLANE:
            return [f"; {by(shape)} is channels×samples, a picture is --in 1x{'x'.join(map(str, shape))}"]
        return _channels_last(shape)

    def _fits_larger(self, shape: tuple[int, ...]) -> bool:
        """Whether it is the size of the input that is to blame: a much larger one would fit."""
        try:
            super().layers((shape[0], *(n * MUCH for n in shape[1:])))
        except GeometryError:
            return False
        return True

    def size_notes(self, shape: tuple[int, ...]) -> tuple[str, ...]:
        """What to know of it at another size than its own."""
        if self.input is None or shape == self.input:
            return ()
        return (f"{self.name} is made for {by(self.input)}: at {by(shape)} its maps and dense layers differ",)

    def read(self, source: Source, seed: int = 0) -> Input:
        """The input as the network takes it: in the size that it is made for, its levels from 0 to 1, then prepared.

        Smaller pictures are padded, larger ones resized, and the name says which; numbers that are no levels stay.
        Where it comes with weights that know handwriting, a photographed digit is inverted, cut out and centred.
        """
        return self.prepared(self._found(source, seed), source.reading)

    def prepared(self, shown: Input, reading: Reading) -> Input:
        """What was read so, as the network takes it."""
        shown = self._sized(shown, reading)
        if self.preprocessing and (shown.is_levels or reading.unit):
            return shown.prepared(self.preprocessing)
        return shown if self.input is None else shown.levelled()

    def _found(self, source: Source, seed: int) -> Input:
        """The input that was named, or the usual one of the size that the network is made for, or noise."""
        if self.input is None:
            return source.read(ANY)
        if prod(self.input) > MOST_PIXELS:
            raise GeometryError(
                f"an input of {by(self.input)} has {prod(self.input):,} cells; the most is {MOST_PIXELS:,}",
                "use a smaller one: 1x32x32",
            )
        channels, *size = self.input
        is_picture = len(size) == PLANE
        if not source.name and (not is_picture or channels not in SAMPLES):
            return noise(self.input, seed)
        name = source.name or SAMPLES[channels]
        if channels == COLOURS and is_picture and not name.lower().endswith(ARRAYS):
            source = source.changed(rgb=True)
        return source.read(name)

    def _sized(self, shown: Input, reading: Reading) -> Input:
        """In the size that the network is made for, if it is made for a picture and no other size was asked for."""
        if self.input is None or len(self.input) != PLANE + 1 or reading.resize is not None:
            return shown
        _, rows, columns = self.input
        if self.weights and not reading.raw:
            shown = shown.cut_out((rows, columns))
        return shown.fitted((rows, columns))[0] if shown.axes >= PLANE else shown

    def preparing_notes(self, shown: Input | None = None) -> tuple[str, ...]:
        """What becomes of a picture's levels before the network, or became of those that are shown."""
        if self.preprocessing is None:
            return ()
        mean, std = (" ".join(f"{n:g}" for n in each) for each in self.preprocessing[:2])
        order = ", blue first" if self.preprocessing.is_reversed else ""
        told = f"(x − mean)/std per channel{order}; mean {mean}, std {std}"
        if shown is not None and not shown.is_prepared:
            return (f"{shown.name} holds no levels: its numbers are taken as they are, not as {told}",)
        return (f"a picture's levels become 0–1, then {told}",)

    def laid(self, shown: Input) -> tuple[Any, bool]:
        """The numbers as the network takes them, and whether they are many images: one axis more, or many grey ones."""
        x, made_for = shown.values, self.input
        if made_for is None or (len(made_for) == x.ndim and made_for[0] == len(x)):
            return x, False
        if (1, *x.shape) == made_for:
            return x[None], False
        if x.ndim == len(made_for) and made_for[0] == 1 and not shown.channels:
            return x[:, None], True
        if x.ndim == len(made_for) + 1 and x.shape[1] == made_for[0]:
            return x, True
        raise GeometryError(
            f"{shown.name} is {by(x.shape)}, but {self.name} takes {by(made_for)}, or N of them",
            f"give it {count(made_for[0], 'channel')}" + (", without --rgb" if shown.channels else ""),
        )


def _channels_last(shape: tuple[int, ...]) -> list[str]:
    return [f"; {note}" for note in channels_last(shape)]
