"""Imports all modules of the packages named: what a compiler does for other languages."""

import importlib
import pkgutil
import sys

sys.path.insert(0, ".")
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        importlib.import_module(module.name)
