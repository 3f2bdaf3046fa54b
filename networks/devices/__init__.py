"""Where the networks run: what each device needs, and what it is given."""
