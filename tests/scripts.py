"""The operations, losses, gradients and networks whose code is run: in NumPy everywhere, in frameworks where they are."""

import contextlib
import io
import shlex

import numpy as np

from cnnstep.cli.group import view
from cnnstep.engine.activations import RULES
from cnnstep.errors import OutputError
from cnnstep.frameworks.writing import script
from cnnstep.views.gradients import gradient_view

POINTS = '"-7 -3 -1 -0.5 0 0.5 1 2 3 6 7"'
"""With the corners of all activations."""
SMALL = "sample:flower --rgb --crop 0,0,6,5"
OPERATIONS = (
    "conv",
    "conv sample:five --padding same --stride 2",
    "conv sample:halves --kernel box --padding same --dilation 2",
    f"conv {SMALL} --kernel 6@3x3 --groups 3 --stride 2 --padding same --dilation 2",
    f"conv {SMALL} --depthwise --kernel edge",
    "conv sample:picture --kernel edge --stride 3 --crop 0,0,60,50",
    "conv sample:five --padding 1:2 --pad-mode reflect",
    "conv sample:five --padding 1 --pad-mode replicate",
    "conv sample:five --padding 1 --pad-mode circular",
    "conv sample:five --padding 1 --pad-mode constant --pad-value 7",
    'conv sample:five --flip --bias 3 --kernel "1 2 3; 4 5 6; 7 8 9/7"',
    'conv sample:five --kernel box --kernel edge --bias "1,2" --padding 1',
    'conv "3 1 4 1 5 9" --kernel "1 0 -1" --stride 2 --padding 0:1',
    "conv sample:film --crop 0,0,6,5 --padding 1",
    "conv sample:five --as-matrix --padding 1",
    "pool sample:five",
    "pool sample:five --kind average --padding 1 --window 3 --stride 2",
    "pool sample:five --kind average --padding 1 --window 3 --stride 2 --include-padding",
    "pool sample:five --kind average --padding 0:1 --window 2 --stride 2 --ceil",
    "pool sample:five --kind average --padding 0:1 --window 2 --stride 3 --ceil --include-padding",
    "pool sample:five --kind average --window 2 --dilation 2",
    "pool sample:five --kind min --window 3 --padding 1 --stride 1",
    "pool sample:five --window 2 --dilation 2 --stride 1",
    "pool sample:five --window 3 --padding same --stride 2",
    "pool sample:five --window 5 --padding 2 --stride 1",
    "pool sample:five --kind lp --power 3 --window 3 --padding 1",
    'pool "0 0 1 2; 0 0 -3 4" --kind lp',
    "pool sample:five --kind median --window 2 --padding 0:1",
    "pool sample:five --kind median --window 3 --stride 1",
    f"pool {SMALL} --kind average --global",
    f"pool {SMALL} --ceil --stride 2 --window 3",
    "pool sample:film --crop 0,0,6,4",
    'pool "3 1 4 1 5 9" --kind average --padding 1 --window 3',
    "unpool sample:five",
    "unpool sample:five --window 3 --stride 1",
    "unpool sample:five --window 3 --stride 2 --padding 1",
    'unpool "3 1 4 1 5 9" --values "1 2 3"',
    "unpool sample:film --crop 0,0,6,4",
    "pad sample:five --padding 1:2x0:1 --pad-mode reflect",
    "pad sample:five --padding 2 --pad-mode constant --pad-value 9",
    "pad sample:film --crop 0,0,4,3 --pad-mode circular",
    'pad "3 1 4 1 5" --padding 2 --pad-mode replicate',
    'transposed sample:five --kernel "1 2; 3 4" --stride 3 --output-padding 2',
    "transposed sample:five --kernel box --stride 2 --padding 1 --output-padding 1",
    "transposed sample:five --kernel box --stride 2 --padding same",
    'transposed sample:five --kernel "1 2 3; 4 5 6; 7 8 9" --dilation 2 --padding 0:1 --flip --bias 2',
    'transposed sample:five --kernel "1 2; 3 4" --stride 2 --dilation 3 --padding 1',
    'transposed sample:five --kernel box --kernel "1 2 1; 1 2 1; 1 1 1" --padding 1',
    f'transposed {SMALL} --groups 3 --kernel "1 2; 3 4" --stride 2',
    'transposed "1 2 3 4" --kernel "1 2 1" --stride 2',
    "transposed sample:film --crop 0,0,3,3 --kernel frame-difference --stride 2",
    "upsample sample:five --factor 2x3",
    f"upsample {SMALL} --factor 3 --kind bilinear",
    'upsample "1 5 2" --factor 4 --kind linear',
    "upsample sample:film --kind trilinear --crop 0,0,4,3",
    *(f"activate {POINTS} {name}" for name in RULES),
    f"activate {SMALL} prelu",
    f"flatten {SMALL}",
    "dense sample:five",
    'dense "1 2 3" --weights "1 0 1; 2 2 2" --bias "1 2"',
    "softmax",
    f"dropout {SMALL} --rate 0.3 --seed 5",
    'dropout "1 2 3" --inference',
    f'batchnorm {SMALL} --mean "1 2 3" --variance "4 5 6" --scale 3 --shift "1 0 1"',
    f"batchnorm {SMALL} --training",
    'layernorm "1 2; 3 4" --scale "1 2 3 4" --shift 2',
    f"layernorm {SMALL}",
    f'instancenorm {SMALL} --scale "1 2 3"',
    'instancenorm "1 2 4 4"',
)
LOSSES = (
    'loss "2 1 0.1" --target 0',
    'loss "2 1 0.1" --target 2 --smoothing 0.1',
    'loss "2 1 0.1" --target "0.8 0.1 0.1"',
    'loss "2 -1 0.1" --target "1 0 1" --kind binary-cross-entropy',
    'loss "3 5 4" --target "1 5 6" --kind mse',
    'loss "3 5 4" --target "1 5 6" --kind sse',
    'loss "3 5 4" --target "1 5 6" --kind mae',
    'loss "3 5 4.5" --target "1 5 5" --kind huber --delta 0.7',
    'loss "3 5 4.5" --target 1 --kind hinge',
    'loss "0.5 -1 3" --target "1 1 -1" --kind hinge',
)
NETWORKS = (
    "net lenet5 sample:digit",
    "net resnet sample:digit",
    "net unet sample:digit",
    'net "conv 4@3x3 same relu as a | conv 4@3x3 same | add a | relu" sample:digit',
    'net "conv 2@3x3 as a | from input | conv 3@3x3 | concat a | dense 4" sample:digit',
    'net "pad 1 | conv 3@3x3 stride 2 | instancenorm | leaky-relu | upsample 2 | avgpool 2" sample:digit',
    'net "batchnorm | layernorm | globalavgpool | flatten | dense 4 | dropout 0.5 | softmax" sample:digit',
    'net "conv 4@3x3 | relu | maxpool 2 as p | unpool p | transposed 2@2x2 stride 2" sample:digit',
    'net "conv 4@3x3 | conv 2@3x3 reads 0+1,2+3 | subsample 2 | prelu | dense 3 | tanh" sample:digit',
    "net lenet5 sample:digit --layer 3",
)


def gradients(lines):
    """The gradients of operations and losses: of everything that has one."""
    return [(line, of) for line in lines for of in (*view(shlex.split(line)).operation.learnable, "input")]


def code(line, framework, of=""):
    """The script of a command line, or of a gradient there, with another number arriving at each output."""
    shown = view(shlex.split(line))
    if of:
        upstream = np.random.default_rng(3).integers(-5, 6, shown.walk.output_shape)
        shown = gradient_view(shown, of, upstream)
    return script(shown, framework)


def ran(text):
    """What a script defines when it is run, and what it prints; raises AssertionError where the numbers differ."""
    out, names = io.StringIO(), {}
    with contextlib.redirect_stdout(out):
        exec(compile(text, "code.py", "exec"), names)
    return names, out.getvalue()


def refusal(line, framework, of=""):
    """Why there is no code; empty where there is."""
    try:
        code(line, framework, of)
    except OutputError as error:
        return error.message
    return ""
