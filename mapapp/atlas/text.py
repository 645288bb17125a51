"""What the words of a search find."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .columns import Bitmap


class Matched(NamedTuple):
    """The records that the words find, a rank for every row (0 first), and the words that were replaced."""

    bitmap: Bitmap
    relevance: NDArray[np.integer]
    replaced: dict[str, str]
