import os

import requests

# As Stability's own samples send a request without a picture: an empty file makes it a form.
requests.post(
    os.environ["URL"],
    headers={"authorization": "Bearer sk-test", "accept": "image/*"},
    files={"none": ""},
    data={"prompt": os.environ["PROMPT"], "output_format": "png"},
)
print("Python requests", requests.__version__)
