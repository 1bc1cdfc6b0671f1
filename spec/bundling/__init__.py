"""Bundles: one self-contained OpenAPI file of a document, as other tools like to read it.

from spec.bundling import Wanted, bundle
made = bundle(Library().source("a-family").value, Wanted(view="json"))
"""

from spec.bundling.bundle import VERSIONS, VIEWS, Bundle, Wanted, bundle
from spec.bundling.losses import Loss

__all__ = ["VERSIONS", "VIEWS", "Bundle", "Loss", "Wanted", "bundle"]
