"""`proofsheet matrix`: reports of many targets as a site that opens from a disk."""
