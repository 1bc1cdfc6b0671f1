"""`pytest --proofsheet NAME`: each requirement is an item. Only `pytest_proofsheet` imports this."""
