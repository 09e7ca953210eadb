"""How long the live model may take: more blocks are safer, fewer are sooner heard.

`BLOCK_FRAMES` is the size of a block of live sound in the program.
"""

from __future__ import annotations

BLOCK_FRAMES = 512
MOST_BLOCKS = 4
GOAL_SECONDS = 0.060


def cushion_blocks(wanted: int, seconds_with_one: float, block_seconds: float) -> int:
    """Return how many blocks' time the model is given, 1 to 4.

    It is chosen once, before live sound begins: what is heard keeps its delay.

    Args:
        wanted: so many; 0 for as many as keep the whole way from sound to ear below 60 ms. Where even one
            does not, as behind a sound server, what is added matters little: the most are given.
        seconds_with_one: how long the whole way takes with one block.
        block_seconds: how long a block is.
    """
    if wanted:
        return min(wanted, MOST_BLOCKS)
    spare = GOAL_SECONDS - seconds_with_one
    return min(1 + int(spare / block_seconds), MOST_BLOCKS) if spare >= 0 else MOST_BLOCKS
