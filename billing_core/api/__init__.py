"""The REST API: routers, schemas and the mapping of errors to problem details."""
