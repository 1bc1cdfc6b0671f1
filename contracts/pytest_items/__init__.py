"""`pytest --proofsheet NAME`: each requirement is an item. Only `proofsheet.pytest_plugin` imports this."""
