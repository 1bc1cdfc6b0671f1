"""The menus of the vendors, entry by entry: which operations an entry means, or what it waits for."""
