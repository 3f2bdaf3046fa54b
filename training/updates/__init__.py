"""What changes the parameters: initialisation, dropout, SGD and the restriction of the feedback."""
