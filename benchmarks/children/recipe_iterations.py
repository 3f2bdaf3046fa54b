"""Some training iterations of a recipe, from the start of a process.

    python -m benchmarks.children.recipe_iterations RECIPE DATA_DIR ITERATIONS [CYTHON_CACHE]

With a folder for Brian2's compiled modules, they are looked for, and put, there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.child import Finished, Stopwatch


def main() -> None:
    """Train, and print how long each part took."""
    name, data_dir, iterations, *cache = sys.argv[1:]
    watch = Stopwatch()
    from brian2 import prefs

    from benchmarks.subject import train
    from training.recipes import RECIPES

    watch.lap("imports")
    if cache:
        prefs["codegen.runtime.cython.cache_dir"] = cache[0]
    recipe = RECIPES[name]
    subject = train(recipe, Path(data_dir), 0, spare=int(iterations))
    watch.lap("data")
    trainer = subject.trainer()
    watch.lap("build and compile")
    for number in range(int(iterations)):
        batch = subject.batch(number)
        trainer.step(batch.images, batch.labels, batch.masks)
        watch.lap(f"iteration {number + 1}")
    Finished.now(watch.steps).print()


if __name__ == "__main__":
    main()
