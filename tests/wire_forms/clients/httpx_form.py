import os

import httpx

with open(os.environ["PICTURE"], "rb") as picture:
    httpx.post(
        os.environ["URL"],
        headers={"authorization": "Bearer sk-test", "accept": "image/*"},
        data={"prompt": os.environ["PROMPT"], "strength": "0.5"},
        files={"image": (os.environ["FILENAME"], picture, "image/png")},
    )
print("Python httpx", httpx.__version__)
