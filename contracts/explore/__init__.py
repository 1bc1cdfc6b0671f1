"""Cases that are not planned but found: random requests by hypothesis, shrunk where something is wrong."""
