"""The reference site: static pages for documents, by Swagger UI and by what it does not know.

from spec.reference import Site
html = Site(documents).file("index.html")
"""

from spec.reference.site import File, Site

__all__ = ["File", "Site"]
