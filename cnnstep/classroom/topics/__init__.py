"""What a quiz asks about: one row a topic, with a way to draw a question for each of three levels."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from cnnstep.classroom.dice import Dice
from cnnstep.classroom.drafts import Draft
from cnnstep.classroom.topics import costs, functions, learning, sizes, spread, windows

Asker: TypeAlias = Callable[[Dice], Draft]


class Topic(NamedTuple):
    """A row: what it is about, and what each level asks."""

    title: str
    levels: tuple[Asker, Asker, Asker]


TOPICS = {
    "size": Topic("how large an output is", (sizes.one_size, sizes.rectangle, sizes.two_layers)),
    "padding": Topic("what stands around the input, and how much", (sizes.padded, sizes.pad_mode, sizes.padding_for)),
    "stride": Topic("where windows begin, what they miss", (sizes.window_start, sizes.unread, sizes.stride_for)),
    "parameters": Topic("what a layer learns", (costs.filters, costs.dense, costs.whole_network)),
    "multiply-adds": Topic("how much work a layer is", (costs.work, costs.work_with_stride, costs.separable)),
    "conv": Topic("one cell of a convolution", (windows.one_cell, windows.settings, windows.which_bias)),
    "channels": Topic("a filter over several", (windows.two_channels, windows.three_channels, windows.groups)),
    "pool": Topic("max and average pooling", (windows.largest, windows.average, windows.two_pools)),
    "activation": Topic("relu and its kin", (functions.relu, functions.smooth, functions.backwards)),
    "softmax": Topic("logits to probabilities", (functions.two_logits, functions.more_logits, functions.large_logits)),
    "loss": Topic(
        "how wrong predictions are", (functions.squared_error, functions.cross_entropy, functions.loss_gradient)
    ),
    "receptive-field": Topic("what a cell sees", (costs.two_fields, costs.strided_fields, costs.how_many)),
    "transposed": Topic("the way back up in size", (spread.transposed_size, spread.overlap, spread.output_padding)),
    "dilation": Topic("kernels with holes", (spread.extent, spread.dilated_cell, spread.dilation_for)),
    "gradient": Topic(
        "on its way back", (learning.pooling_gradient, learning.weight_gradient, learning.input_gradient)
    ),
    "update": Topic("a step of gradient descent", (learning.one_update, learning.whole_update, learning.two_updates)),
}
LEVELS = range(1, 4)
