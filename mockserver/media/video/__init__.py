"""Videos: one key frame encoded for each, all that moves put together from parts that are there already."""
