"""The layers of networks whose branches part and meet again, as files have them: blocks, and what is made of them."""

BASIC = """
block basic(F)
as before
conv F@3x3 same nobias | batchnorm | relu
conv F@3x3 same nobias | batchnorm
add before | relu
end

block halving(F)                  # half the rows and columns: the shortcut needs a projection
as before
conv F@3x3 stride 2 padding 1 nobias | batchnorm | relu
conv F@3x3 same nobias | batchnorm as residual
from before | conv F@1x1 stride 2 nobias | batchnorm
add residual | relu
end
"""
"""The residual block of two convolutions, whose biases batch normalisation would subtract again.

Source: He, Zhang, Ren, Sun 2015, figure 2; its projections are option B.
"""

RESNET18 = f"""{BASIC}
conv 64@7x7 stride 2 padding 3 nobias | batchnorm | relu
maxpool 3 stride 2 padding 1
basic 64    | basic 64
halving 128 | basic 128
halving 256 | basic 256
halving 512 | basic 512
globalavgpool | flatten
dense 1000 | softmax
"""

RESNET = f"""{BASIC}
conv 8@3x3 same nobias | batchnorm | relu
basic 8
halving 16
halving 32
globalavgpool | flatten
dense 10 | softmax
"""

MOBILENETV2 = """
block depthwise(S)
conv 1@3x3 depthwise stride S padding 1 nobias | batchnorm | relu6
end

block bottleneck(E, F, S)         # expanded to E channels, filtered one by one, and F that are linear
conv E@1x1 nobias | batchnorm | relu6
depthwise S
conv F@1x1 nobias | batchnorm
end

block inverted(E, F)
as before
bottleneck E F 1
add before
end

conv 32@3x3 stride 2 padding 1 nobias | batchnorm | relu6
depthwise 1
conv 16@1x1 nobias | batchnorm
bottleneck 96 24 2  | inverted 144 24
bottleneck 144 32 2 | inverted 192 32 | inverted 192 32
bottleneck 192 64 2 | inverted 384 64 | inverted 384 64 | inverted 384 64
bottleneck 384 96 1 | inverted 576 96 | inverted 576 96
bottleneck 576 160 2 | inverted 960 160 | inverted 960 160
bottleneck 960 320 1
conv 1280@1x1 nobias | batchnorm | relu6
globalavgpool | flatten
dropout 0.2 | dense 1000 | softmax
"""


def _googlenet(end: str, third: str, last_pool: str, dropout: float) -> str:
    """GoogLeNet with this `end` of each convolution, and this kernel in the third branch of each module."""
    return f"""
block unit(F, K)
conv F@K same{end}
end

block inception(A, B, C, D, E, F)
as before
unit A 1x1 as first
from before | unit B 1x1 | unit C 3x3 as second
from before | unit D 1x1 | unit E {third} as third
from before | maxpool 3 stride 1 padding 1 | unit F 1x1 as fourth
from first | concat second third fourth
end

conv 64@7x7 stride 2 padding 3{end}
maxpool 3 stride 2 ceil
unit 64 1x1 | unit 192 3x3
maxpool 3 stride 2 ceil
inception 64 96 128 16 32 32
inception 128 128 192 32 96 64
maxpool 3 stride 2 ceil
inception 192 96 208 16 48 64
inception 160 112 224 24 64 64
inception 128 128 256 24 64 64
inception 112 144 288 32 64 64
inception 256 160 320 32 128 128
maxpool {last_pool} stride 2 ceil
inception 256 160 320 32 128 128
inception 384 192 384 48 128 128
globalavgpool | flatten
dropout {dropout} | dense 1000 | softmax
"""


GOOGLENET = _googlenet(" nobias | batchnorm epsilon 0.001 | relu", third="3x3", last_pool="2", dropout=0.2)
GOOGLENET_2014 = _googlenet(" relu", third="5x5", last_pool="3", dropout=0.4)

UNET = """
block twice(F)
conv F@3x3 same relu | conv F@3x3 same relu
end

twice 8 as fine                   # 32×32
maxpool 2 | twice 16 as coarse    # 16×16
maxpool 2 | twice 32              # 8×8
transposed 16@2x2 stride 2 | concat coarse | twice 16
transposed 8@2x2 stride 2 | concat fine | twice 8
conv 1@1x1 sigmoid
"""
