import os

import requests

with open(os.environ["PICTURE"], "rb") as picture:
    requests.post(
        os.environ["URL"],
        headers={"authorization": "Bearer sk-test", "accept": "image/*"},
        data={"prompt": os.environ["PROMPT"], "strength": "0.5"},
        files={"image": (os.environ["FILENAME"], picture, "image/png")},
    )
print("Python requests", requests.__version__)
