"""What documents say, for people and programs: operations, outcomes and claims as plain data and as text."""
