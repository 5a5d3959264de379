"""The view of each kind of step, and of any walk: for whoever has one and does not know of what."""

from collections.abc import Callable
from importlib import import_module
from operator import attrgetter
from typing import Any

from cnnstep.engine.gradients.upstream import Gradient
from cnnstep.engine.steps import Operation
from cnnstep.engine.walks import Walk
from cnnstep.views.view import View
from cnnstep.views.vocabulary import Vocabulary, backwards

VIEWS = {
    "convolution": "weighted_sum.WeightedSumView",
    "transposed": "transposed.TransposedView",
    "pooling": "pooling.PoolingView",
    "unpooling": "unpooling.UnpoolingView",
    "pad": "padding.PadView",
    "upsampling": "upsampling.UpsamplingView",
    "activation": "activation.ActivationView",
    "flatten": "elementwise.FlattenView",
    "dropout": "elementwise.DropoutView",
    "dense": "dense.DenseView",
    "addition": "joins.AdditionView",
    "concatenation": "joins.ConcatenationView",
    "softmax": "stages.SoftmaxView",
    "normalization": "normalization.NormalizationView",
    "batchnorm": "normalization.BatchNormalizationView",
    "loss": "loss.LossView",
    "fitting": ".learning.fitting.FittingView",
    "occlusion": ".networks.occlusion.OcclusionView",
    "kernel gradient": "kernel_gradients.KernelGradientView",
    "kernel gradient by window": "kernel_gradients.WindowsGradientView",
    "bias gradient": "gradients.TotalView",
    "input gradient": "gradients.InputGradientView",
    "input gradient by cell": "gradients.CellGradientView",
    "transposed input gradient": "gradients.CellGradientView",
    "copies gradient": "gradients.CopiesGradientView",
    "weights gradient": "dense_gradients.OuterView",
    "dense input gradient": "dense_gradients.DenseInputView",
    "pointwise gradient": "pointwise_gradients.PointwiseGradientView",
    "moved gradient": "pointwise_gradients.MoveGradientView",
    "pooling gradient": "routing.PoolingGradientView",
    "parameter gradient": "parameter_gradients.ParameterGradientView",
    "softmax gradient": "stage_gradients.SoftmaxGradientView",
    "normalization gradient": "stage_gradients.NormalizationGradientView",
}
"""What an operation calls itself → its view, whose file is loaded when it is used; `.learning` is a folder beside."""


def usual(operation: Operation[Any] | None, called: Callable[[Any], str] = attrgetter("noun")) -> Vocabulary:
    """What an operation is called; of a gradient what went forward, and the symbols of the way back."""
    if isinstance(operation, Gradient):
        return backwards(Vocabulary(called(operation.forward)), operation.of, operation.noun)
    return Vocabulary(called(operation) if operation else "")


def view_of(walk: Walk[Any, Any], vocabulary: Vocabulary | None = None) -> View:
    """The view of a walk of any operation."""
    noun = walk.operation.noun if walk.operation else ""
    module, _, name = VIEWS[noun].rpartition(".")
    known = vocabulary or usual(walk.operation)
    view: View = getattr(import_module(f".{module}", __name__), name)(walk, known)
    return view
