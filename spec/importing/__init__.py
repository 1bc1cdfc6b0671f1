"""OpenAPI documents of others, as documents of this library: what is there is kept, what lacks is named."""
