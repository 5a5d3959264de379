"""Operation → the show of its walk: for whoever has a walk and does not know of what."""

from collections.abc import Callable
from typing import Any

from cnnstep.engine.activation import Activation
from cnnstep.engine.convolution import Convolution
from cnnstep.engine.dense import Dense
from cnnstep.engine.dropout import Dropout
from cnnstep.engine.flatten import Flatten
from cnnstep.engine.normalization import Normalization
from cnnstep.engine.pooling import Pooling
from cnnstep.engine.softmax import Softmax
from cnnstep.engine.steps import Walk
from cnnstep.engine.transposed import TransposedConvolution
from cnnstep.views.operations import activation as activated
from cnnstep.views.operations import dense, flattened, stage_words
from cnnstep.views.operations import pooling as pooled
from cnnstep.views.operations import stages as staged
from cnnstep.views.operations import transposed as stamped
from cnnstep.views.operations import weighted_sum as weighted
from cnnstep.views.view import Show
from cnnstep.views.wording.titles import Names


def show_of(walk: Walk[Any, Any], names: Names) -> Show:
    """Show a walk of any operation."""
    return SHOWS[type(walk.operation)](walk, names)


def _convolution(walk: Walk[Any, Any], names: Names) -> Show:
    operation: Any = walk.operation
    filters = operation.bank.meet(len(walk.bound.x), operation.groups).names
    return weighted.show(walk, Names(names.operation, names.kind, names.channels, filters))


def _activation(walk: Walk[Any, Any], names: Names) -> Show:
    operation: Any = walk.operation
    return activated.show(walk, names, operation.name)


def _dropout(walk: Walk[Any, Any], names: Names) -> Show:
    operation: Any = walk.operation
    return flattened.show_dropout(walk, names, operation.rate, inference=operation.inference)


SHOWS: dict[type, Callable[[Walk[Any, Any], Names], Show]] = {
    Convolution: _convolution,
    Pooling: pooled.show,
    Activation: _activation,
    Flatten: flattened.show_flatten,
    Dense: dense.show,
    Dropout: _dropout,
    Softmax: lambda walk, names: staged.show(walk, names, stage_words.SOFTMAX, {}),
    Normalization: lambda walk, names: staged.show(walk, names, stage_words.NORMALIZE, {}),
    TransposedConvolution: stamped.show,
}
