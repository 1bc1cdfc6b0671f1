"""Bundles: one self-contained OpenAPI file of a document, as other tools like to read it.

from proofsheet.spec.export import bundle
from proofsheet.spec.export import Wanted
made = bundle(Library().source("a-family").value, Wanted(view="json"))
"""

from proofsheet.spec.export.bundle import VERSIONS, VIEWS, Bundle, Wanted, bundle
from proofsheet.spec.export.losses import Loss

__all__ = ["VERSIONS", "VIEWS", "Bundle", "Loss", "Wanted", "bundle"]
