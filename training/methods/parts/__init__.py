"""What several methods are made of: parts of a batch, stage 1 with its loss, products of rates."""
