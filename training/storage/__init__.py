"""Files: written to a temporary name and renamed, sealed, and what the system says of them."""
