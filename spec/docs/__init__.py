"""The reference site: static pages for documents, by Swagger UI and by what it does not know.

from proofsheet.spec.docs import Site
html = Site(documents).file("index.html")
"""

from proofsheet.spec.docs.site import File, Site

__all__ = ["File", "Site"]
