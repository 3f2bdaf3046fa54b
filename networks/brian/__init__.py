"""Everything that touches Brian2's insides: a network that is run many times, compiled steps."""
