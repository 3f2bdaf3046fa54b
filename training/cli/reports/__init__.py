"""What the commands tell in tables: of this machine, of a network, of the test images."""
