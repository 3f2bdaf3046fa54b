"""The paper's numbers, as its tables print them; networks are named as our rows beside them are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PaperRow:
    """A row of Tables 3, 4 and 5.

    Parameters
    ----------
    method : str
    network : str
    forward_steps : str
        T_F.
    backward_steps : str
        T_B, of a method that has a stage 2.
    accuracy : str
        Mean±standard deviation (best) of three runs, or the best one.
    neurons, parameters : str
    """

    method: str
    network: str
    forward_steps: str
    backward_steps: str
    accuracy: str
    neurons: str = ""
    parameters: str = ""


TABLE_1 = {
    "conversion": "high performance, common neurons",
    "surrogate gradients": "high performance, low latency, any structure, common neurons",
    "SpikeGrad's neurons": "high performance, spike-based, neuromorphic in part; low latency: ?",
    "DFA": "common neurons, spike-based, neuromorphic; low latency: ?",
    "IDE": "high performance, low latency, any structure, common neurons",
    "SPIDE": "all: high performance, low latency, any structure, common neurons, spike-based, "
    "neuromorphic",
}
"""What has a mark, or a question mark; variants of a method have the method's."""

TABLE_2 = {
    50: "88.41%±0.48% (89.07%)",
    100: "89.17%±0.14% (89.35%)",
    250: "89.61%±0.11% (89.70%)",
    500: "89.57%±0.08% (89.67%)",
}
"""By T_B: CIFAR-10 with AlexNet-F."""

LENET = "15C5-P2-40C5-P2-300"

TABLE_3 = (
    PaperRow("BP (Lee et al. 2016)", "20C5-P2-50C5-P2-200", ">200", "/", "(99.31%)", "33K", "518K"),
    PaperRow("STBP (Wu et al. 2018)", LENET, "30", "/", "(99.42%)", "26K", "607K"),
    PaperRow(
        "IDE (Xiao et al. 2021), with BN", "64C5 (F64C5)", "30", "/", "99.53%±0.04% (99.59%)",
        "13K", "229K",
    ),
    PaperRow(
        "SpikeGrad (Thiele et al. 2019)", LENET, "unknown", "unknown", "99.38%±0.06% (99.52%)",
        "26K", "607K",
    ),
    PaperRow(
        "SPIDE", "64C5s-64C5s-64C5 (F64C3u)", "30", "100", "99.34%±0.02% (99.37%)", "20K", "275K",
    ),
    PaperRow("SPIDE, degraded", LENET, "30", "100", "99.44%±0.02% (99.47%)", "26K", "607K"),
)  # fmt: skip
"""MNIST."""

SPIDE_ON_CIFAR10 = PaperRow(
    "SPIDE", "AlexNet-F", "30", "250", "89.61%±0.11% (89.70%)", "159K", "3.7M",
)  # fmt: skip
IDE_ON_CIFAR10 = PaperRow(
    "IDE (Xiao et al. 2021), with BN", "AlexNet-F", "30", "/", "91.74%±0.09% (91.92%)", "159K",
    "3.7M",
)  # fmt: skip

TABLE_3_CIFAR10 = (
    PaperRow(
        "ANN-SNN (Hunsberger & Eliasmith 2015)", "AlexNet", "80", "/", "(83.52%)", "595K", "21M",
    ),
    PaperRow("ANN-SNN (Sengupta et al. 2019)", "VGG-16", "2500", "/", "(91.55%)", "311K", "15M"),
    PaperRow("ANN-SNN (Deng & Gu 2021)", "CIFARNet", "400-600", "/", "(90.61%)", "726K", "45M"),
    PaperRow("STBP (Wu et al. 2019)", "AlexNet", "12", "/", "(85.24%)", "595K", "21M"),
    PaperRow(
        "STBP, w/o NeuNorm (Wu et al. 2019)", "CIFARNet", "12", "/", "(89.83%)", "726K", "45M",
    ),
    PaperRow("STBP (Xiao et al. 2021)", "AlexNet-F", "30", "/", "(87.18%)", "159K", "3.7M"),
    IDE_ON_CIFAR10,
    PaperRow(
        "IDE (Xiao et al. 2021), with BN", "CIFARNet-F", "30", "/", "92.08%±0.14% (92.23%)",
        "232K", "11.8M",
    ),
    PaperRow(
        "SpikeGrad (Thiele et al. 2019)", "CIFARNet", "unknown", "unknown",
        "89.49%±0.28% (89.99%)", "726K", "45M",
    ),
    SPIDE_ON_CIFAR10,
    PaperRow("SPIDE", "CIFARNet-F", "30", "250", "89.94%±0.17% (90.13%)", "232K", "11.8M"),
)  # fmt: skip
"""CIFAR-10."""

FIGURE_5 = {"SPIDE": SPIDE_ON_CIFAR10, "IDE": IDE_ON_CIFAR10}
"""Whose curves the figure shows."""

TABLE_4 = (
    PaperRow(
        "BP (Thiele et al. 2019)", "CIFARNet", "unknown", "/", "(64.69%)", "726K", "45M",
    ),
    PaperRow(
        "IDE (Xiao et al. 2021), with BN", "CIFARNet-F", "30", "/", "71.56%±0.31% (72.10%)",
        "232K", "14.8M",
    ),
    PaperRow(
        "SpikeGrad (Thiele et al. 2019)", "CIFARNet", "unknown", "unknown", "(64.40%)", "726K",
        "45M",
    ),
    PaperRow("SPIDE", "CIFARNet-F", "30", "100", "63.57%±0.30% (63.91%)", "232K", "14.8M"),
    PaperRow("SPIDE", "CIFARNet-F", "30", "250", "64.00%±0.11% (64.07%)", "232K", "14.8M"),
)  # fmt: skip
"""CIFAR-100."""

TABLE_5 = (
    PaperRow("Gabor-SNN (Sironi et al. 2018)", "Gabor-SNN", "/", "/", "24.5%"),
    PaperRow("HATS (Sironi et al. 2018)", "HATS", "/", "/", "52.4%"),
    PaperRow("STBP (Wu et al. 2019)", "spiking CNN (LIF, w/o NeuNorm)", "40", "/", "58.1%"),
    PaperRow("STBP (Wu et al. 2019)", "spiking CNN (LIF, w/ NeuNorm)", "40", "/", "60.5%"),
    PaperRow("Tandem learning (Wu et al. 2021)", "spiking CNN (IF)", "20", "/", "58.65%"),
    PaperRow("Spike-based BP (Fang et al. 2021)", "spiking CNN (PLIF, w/ BN)", "20", "/", "74.8%"),
    PaperRow("SPIDE", "512C9s (F512C5), IF", "30", "250", "60.7%"),
)
"""CIFAR10-DVS."""
