"""Pictures for image answers: real files, drawn from a description, joined from kept strips."""
