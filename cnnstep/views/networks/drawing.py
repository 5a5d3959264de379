"""What a network answers to a drawing, while it is drawn."""

from collections.abc import Sequence

from cnnstep.engine.arrays import Array
from cnnstep.networks.layer import Layer
from cnnstep.views.networks.layer_wording import WORDING
from cnnstep.views.networks.outputs import bars
from cnnstep.views.page.roles import Importance
from cnnstep.views.page.scene import Scene, words

LONGEST = 26


def answer(values: Array, last: Layer, labels: Sequence[str] = (), *, is_empty: bool = False) -> Scene:
    """Bars for the answers of the last layer, and the largest of them in words."""
    are_shares = WORDING[last.word].gives_probabilities
    shown = bars(values, f"{last.name} {values.size}", labels, longest=LONGEST, are_shares=are_shares)
    caption, table, largest = shown
    if is_empty:
        largest = words("draw something: of an empty pad it knows nothing, and answers all the same", indent=1)
    return Scene((caption, table, largest._replace(importance=Importance.ANSWER)))
