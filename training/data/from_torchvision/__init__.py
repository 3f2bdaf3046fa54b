"""The data sets that torchvision reads."""
