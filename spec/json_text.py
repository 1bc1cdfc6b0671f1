"""JSON as it is written: coders that are made once. `json.dumps` with options makes one in every call."""

from __future__ import annotations

import json

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
plain = json.JSONEncoder(ensure_ascii=False).encode
sorted_ = json.JSONEncoder(sort_keys=True).encode
