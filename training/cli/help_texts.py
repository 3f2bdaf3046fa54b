"""What ``spide --help`` and the commands' own ``--help`` print."""

from __future__ import annotations

from training.recipes import RECIPES, description

OVERVIEW = """\
usage: spide train RECIPE [options]       train a network, or continue with --resume DIR
       spide evaluate RUN_DIR [options]   test accuracy, confusions and worst images
       spide simulate RUN_DIR [options]   potentials and spikes of an image, step by step
       spide energy RUN_DIR [options]     operations and energy of predictions and training
       spide compare RUN_DIR RUN_DIR ...  runs side by side
       spide sweep RECIPE [options]       train it with many values, results in one file
       spide reproduce TARGET [options]   a table or figure of the paper, theirs beside ours
       spide export RUN_DIR [options]     a trained network for other programs: NIR, PyTorch
       spide import FILE [options]        a run that begins with such a file's weights
       spide compile RECIPE [options]     a training as a C++ program that needs no Python
       spide collect FOLDER --out DIR     what such a program has trained, as a run
       spide info RECIPE [options]        layers, neurons, parameters, synapses, memory
       spide doctor                       what is installed, which devices can be used
       spide --version                    the version of spide

Feedback spiking networks trained with spikes alone (SPIDE), simulated in Brian2.

recipes:
{recipes}

'spide COMMAND --help' explains a command, 'spide train RECIPE --help' lists the options of a
recipe with their defaults. To begin with: spide train digits"""

HELP = {
    "train": """\
usage: spide train RECIPE [options]

Trains a network and writes a run folder: recipe, metrics, checkpoints and pictures. Ctrl+C stops
it at any time; --resume continues it bit for bit.

examples:
  spide train digits
  spide train digits --epochs 20 --milestones 12 16 --out runs/longer
  spide train digits --resume runs/longer --epochs 30
  spide train mnist-feedback --data-dir data --download

recipes:
{recipes}

Every value of a recipe is an option: 'spide train RECIPE --help' lists them and their defaults.""",
    "evaluate": """\
usage: spide evaluate RUN_DIR [options]

Prints confusion matrix, the accuracy of every class, the images with the largest losses and the
test accuracy of a run, with the weights of its newest checkpoint or of its best one, and draws them
as pictures/evaluation.png in the run folder.

  RUN_DIR                  run folder, as 'spide train' made it
  --data-dir DIR           folder of the data sets, as torchvision lays them out; 'data' if not
                           given; the digits need none
  --download               downloads the data set into it first, if it is not there
  --checkpoint last|best   the newest weights (the default), or those that were evaluated best
  --forward-steps N        T_F in place of the one that the network was trained with

examples:
  spide evaluate runs/longer --checkpoint best
  spide evaluate runs/longer --forward-steps 5""",
    "simulate": """\
usage: spide simulate RUN_DIR [--image N] [--record NAME ...] [--out FILE.nc] [options]

Runs one test image through a trained network and writes what its neurons do in every step into a
NetCDF file, which xarray opens.

  --image N                number of the test image, 0 if not given
  --record NAME ...        layer1.v, layer2.spikes: a state variable or the spikes of a layer in
                           stage 1; backward.layer1.v: of stage 2
  --forward-steps N        T_F in place of the one that the network was trained with
  --out FILE.nc            the file, simulation.nc if not given
  --data-dir DIR           folder of the data sets, as torchvision lays them out
  --checkpoint last|best   the newest weights (the default), or those that were evaluated best

example:
  spide simulate runs/longer --image 3 --record layer1.v layer2.spikes --out sim.nc""",
    "energy": """\
usage: spide energy RUN_DIR [--images N] [--out FILE.csv|FILE.json|FILE.md] [options]

Counts the synaptic operations of a prediction and of a training step, by stage and layer, beside
those of surrogate gradients through time and of a dense network of the same connections; tells
sparsities and footprint as NeuroBench defines them, and energies of the arithmetic in 45 nm.

  --images N               test images that are counted, 32 if not given, at most a batch
  --out FILE               the table for programs, .csv or .json, or for readers, .md
  --picture FILE.png       bars of the operations
  --data-dir DIR           folder of the data sets, as torchvision lays them out
  --checkpoint last|best   the newest weights (the default), or those that were evaluated best

example:
  spide energy runs/longer --out energy.csv --picture energy.png""",
    "compare": """\
usage: spide compare RUN_DIR RUN_DIR ... [--picture FILE.png]

Prints a table with a line per run: the fields of their recipes that differ, accuracies on test
or validation images, and speed; and draws the errors over the epochs.

  --picture FILE.png       the picture, comparison.png if not given

example:
  spide compare runs/longer runs/shorter --picture both.png""",
    "sweep": """\
usage: spide sweep RECIPE --vary FIELD=VALUE,VALUE... [options]
       spide sweep FILE.toml [options]

Trains a recipe with many values, on all cores or on a Dask cluster, and writes all curves and
accuracies into one NetCDF file. Ctrl+C stops it; the same command goes on with what is missing.

  --vary FIELD=VALUE,...   any field of the recipe but the seed; once for each field. A threshold
                           follows its resting potential. --vary "case=ours,w/o B,w/o F&B"
                           is the paper's ablation
  --seeds N                trains each point with N seeds
  --mode grid|list|random  every value with every other (the default); the first of each, the
                           second of each, ...; or --draws N points, where --vary also takes
                           FIELD=LOW..HIGH and FIELD=log:LOW..HIGH
  --out FILE.nc            the results, sweep.nc or FILE.nc if not given; the run folders are
                           beside it. Only a sweep that has all its points replaces a file
  --runs DIR               the run folders elsewhere
  --data-dir DIR           folder of the data sets, as torchvision lays them out
  --workers N              processes of this machine; as many as the cores and the threads of a
                           point allow by default
  --scheduler ADDRESS      a Dask scheduler instead, whose workers see the same files
  --retry-failed           tries the points again that failed before

examples:
  spide sweep digits --vary backward_steps=25,50,100,250 --vary "case=ours,w/o B" --seeds 3
  spide sweep digits --vary learning_rate=log:0.01..0.2 --mode random --draws 20 --epochs 5
  spide sweep digits --vary backward_steps=50,100 --scheduler tcp://10.0.0.1:8786

recipes:
{recipes}

The options of the recipe change it for all points: 'spide train RECIPE --help' lists them.""",
    "reproduce": """\
usage: spide reproduce TARGET [options]

Trains what a table or figure of the paper needs, and writes it with the paper's numbers beside
ours: Markdown, CSV, a picture, and all curves as NetCDF. Ctrl+C stops it; the same command goes on
with what is missing, and targets of one sweep share their runs.

targets: table1, table2, table3, table3-cifar10, table4, table5, figure2, figure3, figure4, figure5,
and beyond the paper seconds (of training to an accuracy), latency (accuracy over T_F),
normalisation (of the weights) and gradients (the error of every method's gradient over T_B)

  --scale small|full       a quarter of the channels, 10,000 images of MNIST or Fashion-MNIST and
                           three epochs (the default), or the paper's networks, data and epochs
  --seeds N                trains each point with N seeds
  --out DIR                tables, figures and runs, 'reproduced' if not given
  --data-dir DIR           folder of the data sets, as torchvision lays them out
  --workers N              processes of this machine, with one thread each; seconds are measured
                           with one unless told otherwise

example:
  spide reproduce figure3 --data-dir data""",
    "export": """\
usage: spide export RUN_DIR --to nir|torch --out FILE [--checkpoint last|best]

Writes the trained network into a file that other programs read: a graph of NIR in its exact form
(in spide's checkout: pip install -e '.[nir]'), or a PyTorch state dict (safetensors).

  RUN_DIR                  run folder, as 'spide train' made it
  --to nir|torch           the format
  --out FILE               the file; one that is there is replaced
  --checkpoint last|best   the newest weights (the default), or those that were evaluated best

example:
  spide export runs/longer --to torch --out digits.safetensors""",
    "import": """\
usage: spide import FILE --recipe RECIPE --out RUN_DIR

Makes a run folder that begins with the weights of a file of 'spide export', of either format.
Architecture, neurons, steps and precision are the file's; data and learning rates the recipe's.

  FILE             what 'spide export' wrote
  --recipe RECIPE  where data set and learning rates come from
  --out RUN_DIR    run folder to make; 'spide evaluate' and 'spide train --resume' take it

example:
  spide import digits.safetensors --recipe digits --out runs/again""",
    "compile": """\
usage: spide compile RECIPE --out DIR [options]

Writes the training as a C++ program: both stages as Brian2 generates them, learning from spikes,
updates and evaluations, with images and random streams as files. DIR can be copied to a machine
that has a C++ compiler and nothing else; build.sh compiles it there and ./train trains.

  --out DIR                folder to make
  --data-dir DIR           folder of the data sets, as torchvision lays them out

example:
  spide compile digits --epochs 3 --out program
  program/build.sh && (cd program && ./train) && spide collect program --out runs/compiled

recipes:
{recipes}

Every value of a recipe is an option: 'spide compile RECIPE --help' lists them. What learns is
SPIDE with ternary neurons, on images without augmentation.""",
    "collect": """\
usage: spide collect FOLDER --out RUN_DIR

Checks the checkpoints and records that a compiled training has written, and makes a run folder of
them, which 'spide evaluate' and all other commands take.

  FOLDER           what 'spide compile' wrote, after a training
  --out RUN_DIR    run folder to make

example:
  spide collect program --out runs/compiled""",
    "info": """\
usage: spide info RECIPE [options]

Prints layers, neurons, parameters and synapses of a recipe's network, and the memory that a
training takes. Nothing is built or written.

example:
  spide info digits --architecture "16C3s (F16C3)" --batch-size 64

recipes:
{recipes}

The options are those of the recipe: 'spide info RECIPE --help' lists them with their defaults.""",
    "doctor": """\
usage: spide doctor

Prints what is installed, which devices can be used on this machine, and how to get what is missing.
The exit status is 0 if the default device can be used.

example:
  spide doctor""",
}
"""By command."""


def with_recipes(text: str) -> str:
    """Fill in the list of recipes."""
    lines = (f"  {name:<20}{description(name).splitlines()[0]}" for name in RECIPES)
    return text.replace("{recipes}", "\n".join(lines))
