"""Fashion-MNIST, which the paper does not have, with values of its MNIST."""
