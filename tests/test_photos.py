"""Photos and their maps: what they are scaled by, how large they are drawn, how a map fills."""

import numpy as np
import pytest

from cnnstep import view
from cnnstep.views.panels.pictures import map_picture

PHOTO = "conv sample:picture --kernel edge"


def spread(*values, most=904):
    """A map of 40×40 with these values again and again, and one that is far from all others."""
    found = np.resize(np.array(values), (40, 40))
    found[3, 5] = most
    return found


@pytest.mark.parametrize(
    ("values", "low", "high", "note"),
    [
        (spread(-7, 0, 30), "-30", "30", "99 % of values within ±30"),
        (spread(2, 30), "2", "30", "99 % of values within 2–30"),
        (spread(-0.5, 0.25, most=80.0), "-0.5", "0.5", "99 % of values within ±0.5"),
        (spread(-500, 30), "-904", "904", ""),
        (spread(0), "0", "904", ""),
        (spread(-7, 0, 30)[:10, :10], "-904", "904", ""),
    ],
    ids=["signs", "magnitudes", "fractions", "not washed out", "nothing else", "too few to tell"],
)
def test_the_largest_value_washes_out_no_others(values, low, high, note):
    picture = map_picture(values, "map")
    assert (picture.legend.low, picture.legend.high, picture.legend.note) == (low, high, note)
    assert np.abs(picture.pixels).max() == 1


def test_a_share_of_a_photos_map_lies_where_the_legend_says():
    values = view(PHOTO).walk.output[0]
    legend = map_picture(values, "map").legend
    within = int(legend.high)
    assert legend.note == f"99 % of values within ±{within}"
    assert np.mean(abs(values) <= within) >= 0.99 > np.mean(abs(values) < within)


def test_a_scale_that_is_shared_stays_as_it_is():
    legend = map_picture(spread(-7, 30), "map", scale=(-904, 904)).legend
    assert (legend.low, legend.high, legend.note) == ("-904", "904", "")
