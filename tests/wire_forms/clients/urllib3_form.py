import os

import urllib3

with open(os.environ["PICTURE"], "rb") as picture:
    fields = {
        "prompt": os.environ["PROMPT"],
        "strength": "0.5",
        "image": (os.environ["FILENAME"], picture.read(), "image/png"),
    }
headers = {"authorization": "Bearer sk-test", "accept": "image/*"}
urllib3.request("POST", os.environ["URL"], fields=fields, headers=headers)
print("Python urllib3", urllib3.__version__)
