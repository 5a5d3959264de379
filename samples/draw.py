"""Draw the picture samples: `python samples/draw.py`. The matrices beside it are written by hand.

Everything is arithmetic on pixel coordinates, so that the files come out the same on every machine.
"""

import wave
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array: TypeAlias = NDArray[Any]

HERE = Path(__file__).parent
SUPERSAMPLE = 4


def grid(width: int, height: int) -> tuple[Array, Array]:
    """Pixel coordinates (x, y), in units of the final picture, supersampled."""
    y, x = np.mgrid[0 : height * SUPERSAMPLE, 0 : width * SUPERSAMPLE]
    return (x + 0.5) / SUPERSAMPLE, (y + 0.5) / SUPERSAMPLE


def shrink(picture: Array) -> Image.Image:
    """Average the supersampled pixels down to the final size."""
    height, width = picture.shape[0] // SUPERSAMPLE, picture.shape[1] // SUPERSAMPLE
    blocks = picture.reshape(height, SUPERSAMPLE, width, SUPERSAMPLE, -1).mean(axis=(1, 3))
    levels = np.clip(np.rint(blocks), 0, 255).astype(np.uint8)
    return Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels)


def stroke(x: Array, y: Array, ends: list[tuple[float, float]], width: float) -> Array:
    """Ink of a line through the points: 1 inside, falling to 0 over one pixel."""
    distance = np.full(x.shape, np.inf)
    for (ax, ay), (bx, by) in pairwise(ends):
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
        distance = np.minimum(distance, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return np.clip(width / 2 + 0.5 - distance, 0, 1)


def digit() -> Image.Image:
    """A seven in white ink on black, as in MNIST."""
    x, y = grid(28, 28)
    ink = stroke(x, y, [(7, 8.5), (12, 7.6), (20.5, 7.2), (18.6, 11), (15.2, 16), (12.8, 23)], 2.4)
    return shrink(255 * ink[..., None])


def digits() -> Image.Image:
    """A sheet of handwriting from digits.npz (digits.md says whose it is): a column a digit, four hands."""
    with np.load(HERE / "digits.npz") as found:
        bitmaps = np.unpackbits(found["validation_bits"], axis=1).reshape(-1, 32, 32)
        labels = found["validation_labels"]
    columns = [np.concatenate(bitmaps[np.flatnonzero(labels == digit)[::20][:4]]) for digit in range(10)]
    return Image.fromarray(np.concatenate(columns, axis=1) * np.uint8(255))


def flower() -> Image.Image:
    """A red flower with a yellow heart on a green meadow under a blue sky."""
    x, y = grid(32, 24)
    picture = np.where((y < 15)[..., None], (110, 180, 250), (60, 150, 50)).astype(float)
    stem = stroke(x, y, [(16, 10), (16.5, 16), (15, 23)], 1.6)[..., None]
    picture += stem * (np.array((20, 90, 20)) - picture)
    angle, radius = np.arctan2(y - 9, x - 16), np.hypot(x - 16, y - 9)
    petals = radius < 4.6 + 2.2 * np.cos(5 * angle)
    picture[petals] = (215, 30, 45)
    picture[radius < 2.4] = (250, 215, 40)
    return shrink(picture)


def picture() -> Image.Image:
    """A ball, a house and a fence on a chequered floor, under a sun: shapes, texture, light and shadow."""
    x, y = grid(640, 480)
    horizon = 270
    sky = np.clip(y / horizon, 0, 1)[..., None]
    scene = (1 - sky) * np.array((70, 130, 215)) + sky * np.array((205, 225, 240))
    sun = np.hypot(x - 540, y - 75)
    scene += (np.exp(-((sun / 120) ** 2)) * 90)[..., None] * np.array((1.0, 0.85, 0.4))
    scene[sun < 34] = (255, 244, 200)
    hills = y > 215 + 30 * np.sin(x / 90) + 14 * np.sin(x / 37 + 1)
    scene[hills] = (90, 125, 95)
    depth = np.maximum(y - horizon, 1)
    chequer = (np.floor((x - 320) * 60 / depth / 18) + np.floor(2400 / depth)) % 2
    floor = np.where(chequer[..., None] > 0, (214, 200, 176), (120, 84, 60)) * (0.72 + depth / 750)[..., None]
    scene = np.where((y > horizon)[..., None], floor, scene)
    scene = house(scene, x, y)
    scene = fence(scene, x, y)
    scene = ball(scene, x, y)
    grain = np.random.default_rng(7).normal(0, 2.2, size=(480, 640, 1)).repeat(SUPERSAMPLE, 0).repeat(SUPERSAMPLE, 1)
    return shrink(scene + grain)


def house(scene: Array, x: Array, y: Array) -> Array:
    """Brick walls, a roof, a door and two lit windows."""
    wall = (x > 60) & (x < 260) & (y > 170) & (y < 320)
    row = np.floor((y - 170) / 10)
    joint = ((y - 170) % 10 < 1.6) | ((x + 10 * (row % 2)) % 20 < 1.6)
    bricks = np.where(joint[..., None], (196, 186, 172), (168, 74, 58)) * (1.05 - (x - 60)[..., None] / 700)
    scene = np.where(wall[..., None], bricks, scene)
    roof = (y < 172) & (y > 90) & (np.abs(x - 160) < (y - 90) * 1.5)
    tiles = np.array((88, 60, 66)) * (0.8 + 0.3 * ((y % 12) / 12))[..., None]
    scene = np.where(roof[..., None], tiles, scene)
    for left in (86, 190):
        pane = (x > left) & (x < left + 44) & (y > 200) & (y < 244)
        cross = (np.abs(x - left - 22) < 2) | (np.abs(y - 222) < 2)
        scene[pane] = (250, 226, 140)
        scene[pane & cross] = (60, 44, 40)
    scene[(x > 138) & (x < 178) & (y > 250) & (y < 320)] = (64, 46, 92)
    return scene


def fence(scene: Array, x: Array, y: Array) -> Array:
    """White pickets with pointed tops, and two rails."""
    picket = (np.abs((x - 300) % 26 - 13) < 6) & (y > 262 + np.abs((x - 300) % 26 - 13)) & (y < 330)
    rail = (np.abs(y - 284) < 3) | (np.abs(y - 312) < 3)
    where = (x > 300) & (x < 630) & (picket | (rail & (y < 330)))
    shade = 235 - 30 * ((x - 300) % 26 > 15)
    return np.where(where[..., None], shade[..., None], scene)


def ball(scene: Array, x: Array, y: Array) -> Array:
    """A striped ball, lit from the upper right, and its shadow on the floor."""
    shadow = np.exp(-(((x - 330) / 95) ** 2 + ((y - 432) / 20) ** 2))
    scene *= (1 - 0.6 * shadow)[..., None]
    dx, dy = (x - 370) / 76, (y - 362) / 76
    inside = dx**2 + dy**2 < 1
    dz = np.sqrt(np.clip(1 - dx**2 - dy**2, 0, 1))
    light = np.clip((0.5 * dx - 0.62 * dy + 0.6 * dz), 0, 1)
    stripes = np.sin(9 * (dy * 0.8 + dx * 0.6)) > 0
    colour = np.where(stripes[..., None], (225, 60, 50), (245, 240, 230))
    lit = colour * (0.25 + 0.85 * light)[..., None] + (190 * light**24)[..., None]
    return np.where(inside[..., None], lit, scene)


def beep() -> Array:
    """A quarter of a second at 8,000 samples a second: noise, and in its middle a tone of four samples a swing."""
    noise = np.random.default_rng(0).integers(-3000, 3001, 2000)
    swing = np.array([0, 1, 0, -1])[np.arange(2000) % 4]
    inside = (np.arange(2000) >= 800) & (np.arange(2000) < 1200)
    samples: Array = (noise + 4000 * swing * inside).astype("<i2")
    return samples


def film() -> list[Image.Image]:
    """Eight frames: a bright dot crosses a still, grey wall."""
    y, x = np.mgrid[0:16, 0:24]
    wall = 60 + 40 * ((x // 4 + y // 4) % 2)
    frames = []
    for number in range(8):
        dot = (np.abs(x - 3 * number - 1) <= 1) & (np.abs(y - 7) <= 1)
        frames.append(Image.fromarray(np.where(dot, 220, wall).astype(np.uint8)))
    return frames


if __name__ == "__main__":
    with wave.open(str(HERE / "beep.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 2000, "NONE", "not compressed"))
        sound.writeframes(beep().tobytes())
    first, *others = film()
    first.save(HERE / "film.gif", save_all=True, append_images=others, duration=200, loop=0)
    digit().save(HERE / "digit.png", optimize=True)
    digits().save(HERE / "digits.png", optimize=True)
    flower().save(HERE / "flower.png", optimize=True)
    picture().save(HERE / "picture.jpg", quality=88)
